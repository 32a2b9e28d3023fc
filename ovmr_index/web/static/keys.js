// Keys: what each does on this page, and moving between items with one of them in the tab order.
//
//   import * as keys from "/static/keys.js";
//   keys.on("x", "exclude it", () => …);          `?` lists it
//   const items = keys.rove(list, "a.item");      j k h l and the arrows move the focus
//   items.current()                               the item that has the focus, or had it last
//   keys.say("3 excluded")                        shows a line, and screen readers read it

const registered = new Map();
const ARROWS = { ArrowDown: "j", ArrowUp: "k", ArrowLeft: "h", ArrowRight: "l" };
const TYPED = "input:not([type=checkbox], [type=radio], [type=button]), textarea, select, [contenteditable]";
let hush;

export function on(key, does, run) {
  registered.set(key, { does, run });
}

export function say(text) {
  const line = document.getElementById("said");
  line.textContent = text;
  clearTimeout(hush);
  hush = setTimeout(() => { line.textContent = ""; }, 6000);
}

export function rove(container, selector) {
  const items = () => [...container.querySelectorAll(selector)].filter((one) => !one.closest("[hidden]"));
  let last = null;
  const current = () => (last?.isConnected && !last.closest("[hidden]") ? last : null);

  function settle() {
    const chosen = current() ?? items()[0];
    for (const one of container.querySelectorAll(selector)) one.tabIndex = one === chosen ? 0 : -1;
  }

  function go(key) {
    const all = items();
    const from = all.indexOf(current());
    const to = from < 0 ? 0 : { h: from - 1, l: from + 1, j: below(all, from, 1), k: below(all, from, -1) }[key];
    if (!all[to]) return;
    all[to].focus({ preventScroll: true });
    all[to].scrollIntoView({ block: "nearest" });
  }

  container.addEventListener("focusin", (event) => {
    const item = event.target.closest(selector);
    if (!item || item === last) return;
    if (last) last.tabIndex = -1;
    last = item;
    last.tabIndex = 0;
  });
  on("j", "move down", () => go("j"));
  on("k", "move up", () => go("k"));
  on("h", "move left", () => go("h"));
  on("l", "move right", () => go("l"));
  settle();
  return { current, items, settle };
}

// The nearest item of the next line (or the one before): that of a list has one item.
function below(all, from, step) {
  const place = (one) => one.getBoundingClientRect();
  const here = place(all[from]);
  let best = -1;
  let line = null;
  for (let to = from + step; all[to]; to += step) {
    const there = place(all[to]);
    if (Math.abs(there.top - here.top) < 2) continue;
    line ??= there.top;
    if (Math.abs(there.top - line) >= 2) break;
    if (best < 0 || Math.abs(there.left - here.left) < Math.abs(place(all[best]).left - here.left)) best = to;
  }
  return best;
}

function list() {
  const dialog = document.getElementById("keys");
  const lines = [...registered].map(([key, { does }]) => {
    const line = document.createElement("div");
    const name = document.createElement("dt");
    const what = document.createElement("dd");
    name.append(Object.assign(document.createElement("kbd"), { textContent: key }));
    what.textContent = does;
    line.append(name, what);
    return line;
  });
  dialog.querySelector("dl").replaceChildren(...lines);
  dialog.showModal();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (document.querySelector("dialog[open]") || event.target.closest?.(TYPED)) return;
  const found = registered.get(event.key) ?? registered.get(ARROWS[event.key]);
  if (!found) return;
  event.preventDefault();
  found.run(event);
});

on("?", "list the keys", list);
const opener = document.querySelector("[data-keys-list]");
opener.hidden = false;
opener.addEventListener("click", list);
const search = document.querySelector("input[type=search]");
if (search) {
  on("/", "search", () => search.select());
  search.addEventListener("keydown", (event) => {
    if (event.key === "Escape") search.blur();
  });
}
