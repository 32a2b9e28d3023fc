// Marks: what is excluded and pinned, on whatever elements of a page stand for exemplars.
//
//   import * as marks from "/static/marks.js";
//   marks.mark("exclude", elements, note)    one step; "pin", "clear" likewise
//   marks.toggle("exclude", elements, note)  clears it where all of them have it
//   marks.undo()                             takes the last step back
//
// An element for an exemplar has the attributes of the macro `mark_attributes`; buttons in it with
// `data-kind` mark it. A mark shows at once, and is taken away again where it is not saved. Marks of
// others appear within seconds. `document` hears "marks" when some have changed.

import { say } from "/static/keys.js";

const token = document.querySelector("meta[name=token]")?.content;
const scope = document.querySelector("[data-marks]");
const vocabulary = scope?.dataset.vocabulary ?? "lvis_v1_train";
const EVERY = 2000; // milliseconds between two looks at what others did
const LARGEST_KEPT = 20000; // letters, of up to three bytes, where a browser takes 64 KiB
let state = scope?.dataset.marks ?? "";
let queue = Promise.resolve();
let waiting = 0;
let looks = 0; // at the marks of the index; an answer to one before the last is out of date

export const canMark = token !== undefined;

// Undo takes back the steps of a name: who has given none gets one, so that it is not another's.
export function setAuthor(name) {
  const known = name || `guest ${Math.floor(Math.random() * 0x10000).toString(16).padStart(4, "0")}`;
  document.cookie = `author=${encodeURIComponent(known)}; path=/; max-age=31536000; samesite=lax`;
}

if (canMark && !/(^|; )author=[^;]/.test(document.cookie)) setAuthor("");

const keyOf = (one) => [one.category_id, one.source, one.file_name, one.region_id ?? ""].join("\n");
const keyOfElement = ({ dataset }) => [dataset.category, dataset.source, dataset.file, dataset.region].join("\n");
const exemplarOf = ({ dataset }) => ({
  vocabulary,
  category_id: Number(dataset.category),
  source: dataset.source,
  file_name: dataset.file,
  region_id: dataset.region === "" ? null : Number(dataset.region),
});

function elementsByKey() {
  const found = new Map();
  for (const element of document.querySelectorAll("[data-exemplar]")) {
    const key = keyOfElement(element);
    if (found.has(key)) found.get(key).push(element);
    else found.set(key, [element]);
  }
  return found;
}

function show(element, kind, rank = "", note = "") {
  element.dataset.mark = kind;
  element.dataset.rank = rank;
  element.dataset.note = note;
  const text = { exclude: "excluded", pin: rank === "" ? "pinned" : `pinned ${Number(rank) + 1}` }[kind] ?? "";
  const place = element.querySelector(".state");
  if (place) {
    place.textContent = text;
    place.title = note;
  }
  for (const button of element.querySelectorAll("[data-kind]")) {
    button.setAttribute("aria-pressed", String(button.dataset.kind === kind));
  }
}

async function post(path, body) {
  const text = JSON.stringify(body ?? {});
  const sent = await fetch(path, {
    method: "POST",
    keepalive: text.length < LARGEST_KEPT, // it is sent also where the page is left now
    headers: { "Content-Type": "application/json", "X-Ovmr-Token": token },
    body: text,
  });
  const answer = await sent.text();
  if (sent.ok) return JSON.parse(answer);
  let reason = answer.trim();
  try {
    reason = JSON.parse(answer).error;
  } catch { /* a refusal is plain text */ }
  throw new Error(reason || `the server answers ${sent.status}`);
}

// One change after the other, so that they reach the index in the order in which they were made.
function inTurn(change) {
  waiting += 1;
  looks += 1;
  const done = queue.then(change).finally(() => { waiting -= 1; });
  queue = done.catch(() => {});
  return done;
}

export function mark(kind, elements, note = "") {
  const chosen = new Map(elements.map((one) => [keyOfElement(one), exemplarOf(one)]));
  if (!canMark || !chosen.size) return Promise.resolve();
  const shown = [...elementsByKey()].filter(([key]) => chosen.has(key)).flatMap(([, found]) => found);
  const before = shown.map(({ dataset }) => [dataset.mark, dataset.rank, dataset.note]);
  for (const element of shown) {
    element.classList.remove("failed");
    show(element, kind === "clear" ? "" : kind, "", note);
  }
  return inTurn(async () => {
    try {
      const { changed, notes } = await post("/marks", { kind, exemplars: [...chosen.values()], note: note || null });
      const did = { exclude: "excluded", pin: "pinned", clear: "cleared" }[kind];
      say([`${changed} ${did}`, ...notes].join("; "));
    } catch (error) {
      shown.forEach((element, at) => {
        show(element, ...before[at]);
        element.classList.add("failed");
      });
      say(`Not saved: ${error.message}`);
    }
  }).then(() => refresh(true));
}

export function toggle(kind, elements, note) {
  const all = elements.length && elements.every(({ dataset }) => dataset.mark === kind);
  return mark(all ? "clear" : kind, elements, note);
}

export function undo() {
  if (!canMark) return Promise.resolve();
  return inTurn(async () => {
    try {
      const { changed, notes } = await post("/marks/undo");
      say([changed ? `Undone: ${changed} ${changed === 1 ? "mark" : "marks"}` : "Nothing to undo", ...notes].join("; "));
    } catch (error) {
      say(`Not undone: ${error.message}`);
    }
  }).then(() => refresh(true));
}

// Show the marks as the index holds them; those that differ from what is shown are of others.
export async function refresh(isOwn = false) {
  if (waiting) return;
  const look = (looks += 1);
  // An own change may lead back to the state before, of which the page does not show all.
  const query = new URLSearchParams({ since: isOwn ? "" : state, vocabulary });
  if (scope?.dataset.category) query.set("category", scope.dataset.category);
  const answer = await fetch(`/marks/changes?${query}`, { headers: { Accept: "application/json" } });
  if (answer.status !== 200) return;
  const found = await answer.json();
  if (look !== looks) return;
  state = found.state;
  const marks = new Map(found.marks.map((one) => [keyOf(one), one]));
  const authors = new Set();
  let changed = 0;
  for (const [key, elements] of elementsByKey()) {
    const one = marks.get(key);
    const [kind, rank, note] = [one?.kind ?? "", String(one?.rank ?? ""), one?.note ?? ""];
    for (const element of elements) {
      if (element.dataset.mark === kind && element.dataset.rank === rank && (element.dataset.note ?? "") === note) continue;
      if (element.dataset.mark !== kind) {
        changed += 1;
        authors.add(one?.author ?? "somebody");
      }
      show(element, kind, rank, note);
    }
  }
  if (changed && !isOwn) say(`Marks were changed by ${[...authors].join(", ")}`);
  document.dispatchEvent(new CustomEvent("marks"));
}

async function poll() {
  try {
    if (document.visibilityState === "visible") await refresh();
  } catch { /* the server is away: the next look may find it */ }
  setTimeout(poll, EVERY);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-kind]");
  const element = button?.closest("[data-exemplar]");
  if (element) toggle(button.dataset.kind, [element], document.getElementById("note")?.value.trim());
});
if (scope) setTimeout(poll, EVERY);
