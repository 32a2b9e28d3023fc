// Keys and buttons that mark one exemplar: `chosen` returns its element, or none.
import * as keys from "/static/keys.js";
import * as marks from "/static/marks.js";

export function marking(chosen) {
  if (!marks.canMark) return;
  const note = document.getElementById("note");

  function act(kind) {
    const element = chosen();
    if (element) marks.toggle(kind, [element], note?.value.trim());
    else keys.say("Choose an exemplar first, by j k h l");
  }

  keys.on("x", "exclude it, or not any more", () => act("exclude"));
  keys.on("p", "pin it, or not any more", () => act("pin"));
  keys.on("u", "undo", marks.undo);
  document.querySelector("[data-act=undo]")?.addEventListener("click", marks.undo);
  document.getElementById("author")?.addEventListener("change", (event) => {
    const name = encodeURIComponent(event.target.value.trim());
    document.cookie = `author=${name}; path=/; max-age=31536000; samesite=lax`;
  });
}
