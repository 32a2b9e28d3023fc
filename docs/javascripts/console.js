/* What is copied from a terminal's block is its commands, without `$ `, `> ` and what they print. */
"use strict";

for (const block of document.querySelectorAll(".language-console")) {
  const code = block.querySelector("code");
  const commands = code.textContent.split("\n").filter((line) => /^[$>] /.test(line));
  code.setAttribute("data-copy", commands.map((line) => line.slice(2)).join("\n"));
  for (const line of code.querySelectorAll(".go")) {
    line.classList.toggle("command", line.textContent.startsWith("> "));
  }
}
