// The exemplar page: steps through the pool, and what is drawn over the image.
import * as keys from "/static/keys.js";
import { marking } from "/static/marking.js";

const picture = document.querySelector("svg.picture");

function step(key, does, id) {
  const link = document.getElementById(id);
  if (link) keys.on(key, does, () => link.click());
}

for (const key of ["h", "k"]) step(key, "previous exemplar of the pool", "before");
for (const key of ["l", "j"]) step(key, "next exemplar of the pool", "after");

// What is not drawn is in the address, so that it holds for the next exemplar and for a colleague.
function layer(key, does, name) {
  const button = document.querySelector(`[data-layer=${name}]`);
  const address = new URL(location.href);
  const hides = () => address.searchParams.get(name) === "0";

  function show() {
    picture?.classList.toggle(`without-${name}`, hides());
    button?.setAttribute("aria-pressed", String(!hides()));
  }

  function toggle() {
    address.search = location.search;
    if (hides()) address.searchParams.delete(name);
    else address.searchParams.set(name, "0");
    history.replaceState(null, "", address);
    follow();
    show();
  }

  if (button) {
    button.hidden = false;
    button.addEventListener("click", toggle);
    keys.on(key, does, toggle);
  }
  show();
}

// Links to other exemplars keep what is hidden here.
function follow() {
  const here = new URL(location.href).searchParams;
  for (const link of document.querySelectorAll("#before, #after, a.chip")) {
    const to = new URL(link.href);
    for (const name of ["others", "mask"]) {
      if (here.has(name)) to.searchParams.set(name, here.get(name));
      else to.searchParams.delete(name);
    }
    link.href = to;
  }
}

layer("o", "show or hide the other boxes", "others");
layer("m", "show or hide the mask", "mask");
follow();

// A box that is pointed at here or there is shown in both places.
const marked = [...document.querySelectorAll("[data-box]")];

function point(event, isShown) {
  const box = event.target.closest?.("[data-box]")?.dataset.box;
  if (box === undefined) return;
  for (const one of marked) if (one.dataset.box === box) one.classList.toggle("shown", isShown);
}

for (const [kind, isShown] of [["mouseover", true], ["focusin", true], ["mouseout", false], ["focusout", false]]) {
  document.addEventListener(kind, (event) => point(event, isShown));
}

// A mark of this page or of somebody else: its note is with it, who made it is read with the page.
const card = document.querySelector(".marked");
const markedBy = document.getElementById("marked-by");
const loaded = { mark: card.dataset.mark, note: card.dataset.note ?? "" };
marking(() => card);
new MutationObserver(() => {
  const { mark, note } = card.dataset;
  document.getElementById("noted").textContent = note ?? "";
  markedBy.hidden = mark !== loaded.mark || (note ?? "") !== loaded.note;
}).observe(card, { attributes: true });
