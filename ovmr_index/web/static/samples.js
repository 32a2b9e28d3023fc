// The samples pages: moving between items, and a filter of the categories that is in the address.
import * as keys from "/static/keys.js";
import { marking } from "/static/marking.js";

const list = document.getElementById("samples") ?? document.getElementById("sheet");
const items = list && keys.rove(list, "a.item");
if (list?.id === "sheet") marking(() => items.current()?.closest("[data-exemplar]"));
const form = document.querySelector("[data-filters]");

function fits(row, wanted) {
  const only = wanted.get("only");
  const words = (wanted.get("q") ?? "").toLowerCase().split(/\s+/);
  return words.every((word) => row.dataset.text.includes(word)) && (!only || row.dataset[only] === "True");
}

function filter() {
  const wanted = new FormData(form);
  const rows = [...list.children];
  for (const row of rows) row.hidden = !fits(row, wanted);
  const shown = rows.filter((row) => !row.hidden).length;
  form.querySelector("[data-count]").textContent = `${shown.toLocaleString("en")} of ${rows.length.toLocaleString("en")} categories`;
  items.settle();
}

function keep() {
  const address = new URL(location.href);
  for (const [name, value] of new FormData(form)) {
    if (value) address.searchParams.set(name, value);
    else address.searchParams.delete(name);
  }
  history.replaceState(null, "", address);
}

if (form) {
  form.addEventListener("input", () => { filter(); keep(); });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    items.items()[0]?.focus();
  });
  filter();
}
