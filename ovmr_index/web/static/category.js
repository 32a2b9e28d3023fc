// The page of a category: keys and selections on its exemplars, and the draw as it will be.
import * as keys from "/static/keys.js";
import * as marks from "/static/marks.js";

const form = document.getElementById("asked");
const grid = document.getElementById("grid");
const note = document.getElementById("note");
const crops = keys.rove(document.getElementById("main"), "a.crop");
const selected = new Set();
let first = null; // of a range that is selected
let asked = 0;

document.cookie = `sharp=${devicePixelRatio > 1.25 ? 1 : 0}; path=/; max-age=31536000; samesite=lax`;

function chosen() {
  if (selected.size) return [...selected];
  const tile = crops.current()?.closest(".tile");
  return tile ? [tile] : [];
}

function select(tile, isSelected) {
  if (isSelected) selected.add(tile);
  else selected.delete(tile);
  tile.classList.toggle("selected", isSelected);
  tile.querySelector("[data-select]")?.setAttribute("aria-pressed", String(isSelected));
  document.getElementById("selected").textContent = selected.size ? `${selected.size} selected` : "";
}

function flip(tile) {
  first = tile;
  select(tile, !selected.has(tile));
}

function selectTo(tile) {
  const tiles = [...grid.children];
  const [from, to] = [tiles.indexOf(first ?? tile), tiles.indexOf(tile)].sort((a, b) => a - b);
  for (const one of tiles.slice(Math.max(0, from), to + 1)) select(one, true);
}

function deselect() {
  for (const tile of [...selected]) select(tile, false);
}

async function act(kind) {
  const tiles = chosen();
  if (!tiles.length) {
    keys.say("Choose an exemplar first, by j k h l or a click on ✓");
    return;
  }
  const done = marks.toggle(kind, tiles, note.value.trim());
  deselect();
  await done;
}

// Give tiles their buttons, which in a page of thousands would be a third of it.
function equip(list) {
  const acts = document.getElementById("acts");
  if (!acts) return;
  for (const tile of list?.children ?? []) {
    tile.append(acts.content.cloneNode(true));
    for (const button of tile.querySelectorAll("[data-kind]")) {
      button.setAttribute("aria-pressed", String(button.dataset.kind === tile.dataset.mark));
    }
  }
}

// Show the next draw as the marks are now, and which tiles are in it.
async function redraw() {
  const turn = (asked += 1);
  const query = new URLSearchParams(new FormData(form));
  const answer = await fetch(`${form.getAttribute("action")}/draw?${query}`);
  if (!answer.ok || turn !== asked) return;
  const made = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("drawn");
  const shown = document.getElementById("drawn");
  const place = document.activeElement?.closest("#drawn .tile")?.dataset.position;
  for (const tile of [...selected]) if (shown.contains(tile)) select(tile, false);
  equip(made.querySelector("ol"));
  shown.replaceWith(made);
  const positions = new Set(made.dataset.positions.split(" "));
  for (const tile of grid.children) tile.querySelector(".in-draw").hidden = !positions.has(tile.dataset.position);
  crops.settle();
  if (place !== undefined) {
    (made.querySelector(`[data-position="${place}"] a`) ?? made.querySelector("a.crop"))?.focus({ preventScroll: true });
  }
}

equip(grid);
equip(document.querySelector("#drawn ol"));
if (marks.canMark) {
  keys.on("x", "exclude it, or not any more", () => act("exclude"));
  keys.on("p", "pin it, or not any more", () => act("pin"));
  keys.on("u", "undo", marks.undo);
  keys.on("v", "select it, for one step of several", () => {
    const tile = crops.current()?.closest("#grid .tile");
    if (tile) flip(tile);
  });
  keys.on("Escape", "select nothing", deselect);
  for (const button of document.querySelectorAll("[data-act]")) {
    const { act: kind } = button.dataset;
    button.addEventListener("click", () => (kind === "undo" ? marks.undo() : act(kind)));
  }
  document.getElementById("author").addEventListener("change", (event) => marks.setAuthor(event.target.value.trim()));
}

for (const link of document.querySelectorAll("a[data-key]")) {
  keys.on(link.dataset.key, link.rel === "next" ? "next category" : "category before", () => link.click());
}

grid.addEventListener("click", (event) => {
  const tile = event.target.closest(".tile");
  if (!tile || !marks.canMark) return;
  if (event.target.closest("[data-select]")) flip(tile);
  else if (event.shiftKey && event.target.closest("a.crop")) {
    event.preventDefault();
    selectTo(tile);
  }
});

form.addEventListener("formdata", ({ formData }) => {
  for (const [name, value] of [...formData]) if (value === "") formData.delete(name);
});
for (const field of form.elements) {
  if (field.matches("select, [type=checkbox]")) field.addEventListener("change", () => form.requestSubmit());
}
document.addEventListener("marks", redraw);
