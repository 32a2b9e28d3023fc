// The page of queries: runs them, shows the answer, keeps the query in the address.

const form = document.getElementById("query-form");
const query = document.getElementById("query");
const answer = document.getElementById("answer");
const run = document.getElementById("run");
const stop = document.getElementById("stop");
const csv = document.getElementById("csv");
const narrow = matchMedia("(max-width: 60rem)");

let running = null;

const address = (path) => `${path}?${new URLSearchParams({ q: query.value })}`;

function refresh() {
  csv.href = address("/sql/csv");
  csv.classList.toggle("disabled", query.value.trim() === "");
}

function say(kind, text) {
  const line = document.createElement("p");
  line.className = kind;
  line.textContent = text;
  answer.replaceChildren(line);
}

function setRunning(controller) {
  running = controller;
  stop.hidden = controller === null;
  run.disabled = controller !== null;
  answer.setAttribute("aria-busy", String(controller !== null));
}

// Selects what the message says is wrong, where the query has it once.
function point(message) {
  const found = message.match(/near "([^"]+)"|no such (?:column|table|function): (\S+?)[;,]/);
  const wrong = found && (found[1] ?? found[2]);
  if (!wrong || query.value.split(wrong).length !== 2) return;
  const start = query.value.indexOf(wrong);
  query.focus();
  query.setSelectionRange(start, start + wrong.length);
}

async function ask() {
  if (query.value.trim() === "") return;
  running?.abort();
  const controller = new AbortController();
  setRunning(controller);
  say("muted", "Running …");
  try {
    const response = await fetch(address("/sql/rows"), { signal: controller.signal });
    const text = await response.text();
    if (running !== controller) return;
    answer.innerHTML = text;
    const problem = answer.querySelector(".notice[role=alert]");
    if (problem) point(problem.textContent);
  } catch (error) {
    if (running !== controller) return;
    say(
      error.name === "AbortError" ? "muted" : "notice",
      error.name === "AbortError" ? "Stopped." : "The server does not answer; is it still running?",
    );
  }
  setRunning(null);
}

function runNow() {
  if (location.pathname + location.search !== address("/sql")) {
    history.pushState(null, "", address("/sql"));
  }
  ask();
}

function fromAddress() {
  query.value = new URLSearchParams(location.search).get("q") ?? "";
  refresh();
  if (query.value) ask();
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  runNow();
});
query.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  runNow();
});
query.addEventListener("input", refresh);
stop.addEventListener("click", () => running?.abort());
addEventListener("popstate", fromAddress);
document.addEventListener("click", (event) => {
  const name = event.target.closest("[data-insert]");
  if (name) {
    query.setRangeText(name.dataset.insert, query.selectionStart, query.selectionEnd, "end");
    query.focus();
    refresh();
  }
  const question = event.target.closest("[data-query]");
  if (question && !(event.ctrlKey || event.metaKey || event.shiftKey)) {
    event.preventDefault();
    query.value = question.dataset.query;
    refresh();
    runNow();
    if (narrow.matches) answer.scrollIntoView({ block: "start" });
  }
});

fromAddress();
