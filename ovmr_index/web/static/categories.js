// The list of categories: searched, filtered and sorted in the page; the address keeps how.
import * as keys from "/static/keys.js";

const form = document.querySelector(".filters");
const table = document.querySelector(".categories");
const body = table.tBodies[0];
const empty = document.querySelector(".empty");
const fields = ["q", "frequency", "dataset", "fewer", "marked", "sort", "descending"];
const order = { f: 0, c: 1, r: 2 };
const byName = new Intl.Collator("en");

// A search finds `hot-air_balloon` by "hot air".
const folded = (text) => text.toLowerCase().replace(/[\s_-]+/g, " ").trim();

const rows = [...body.rows].map((row, place) => ({
  row,
  place,
  name: row.querySelector("a").textContent,
  text: folded([...row.querySelectorAll(".name, .definition")].map((cell) => cell.textContent).join(" ")),
  frequency: row.dataset.frequency,
  total: Number(row.dataset.total),
  substitutes: Number(row.dataset.substitutes),
  marks: Number(row.dataset.marks),
  datasets: JSON.parse(row.dataset.datasets),
}));
const list = keys.rove(body, ".name a");
const state = Object.fromEntries(fields.map((name) => [name, new URLSearchParams(location.search).get(name) ?? ""]));

function shows(one) {
  const { q, frequency, dataset, fewer, marked } = state;
  return folded(q).split(" ").every((word) => one.text.includes(word))
    && (!frequency || one.frequency === frequency)
    && (!dataset || one.datasets[dataset] > 0)
    && (!fewer || one.total < Number(fewer))
    && (!marked || one.marks > 0);
}

function value(one) {
  if (state.sort === "frequency") return order[one.frequency] ?? 3;
  return one[state.sort] ?? one.datasets[state.sort] ?? 0;
}

function compare(one, other) {
  const way = state.descending ? -1 : 1;
  if (state.sort === "name") return way * byName.compare(one.name, other.name);
  return way * (value(one) - value(other)) || one.place - other.place;
}

function show() {
  let count = 0;
  for (const one of rows) {
    one.row.hidden = !shows(one);
    count += one.row.hidden ? 0 : 1;
  }
  const all = rows.length.toLocaleString("en");
  form.querySelector("output").textContent = count === rows.length ? `${all} categories` : `${count.toLocaleString("en")} of ${all} categories`;
  empty.hidden = count > 0;
  table.hidden = count === 0;
  list.settle();
}

function sort() {
  body.append(...(state.sort ? rows.toSorted(compare) : rows).map((one) => one.row));
  for (const head of table.querySelectorAll("[data-sort]")) {
    const is = head.dataset.sort === state.sort;
    if (head.tagName !== "TH") head.toggleAttribute("data-sorted", is);
    else if (is) head.setAttribute("aria-sort", state.descending ? "descending" : "ascending");
    else head.removeAttribute("aria-sort");
    head.querySelector("i").textContent = is ? (state.descending ? " ↓" : " ↑") : "";
  }
  list.settle();
}

function fill() {
  for (const name of ["q", "frequency", "dataset", "fewer"]) form.elements[name].value = state[name];
  form.elements.marked.setAttribute("aria-pressed", String(Boolean(state.marked)));
  const short = form.elements.short;
  short.setAttribute("aria-pressed", String(state.fewer === short.value));
  form.elements.reset.hidden = !fields.slice(0, 5).some((name) => state[name]);
}

function change(changes) {
  Object.assign(state, changes);
  const query = new URLSearchParams(location.search);
  for (const name of fields) {
    if (state[name]) query.set(name, state[name]);
    else query.delete(name);
  }
  history.replaceState(null, "", query.size ? `?${query}` : location.pathname);
  fill();
  if ("sort" in changes) sort();
  else show();
}

const reset = () => change({ q: "", frequency: "", dataset: "", fewer: "", marked: "" });

// Numbers begin with the largest, names with A.
function sortBy(name) {
  const first = name === "name" || name === "frequency" ? "" : "1";
  if (state.sort !== name) change({ sort: name, descending: first });
  else if (state.descending === first) change({ sort: name, descending: first ? "" : "1" });
  else change({ sort: "", descending: "" });
}

for (const head of table.querySelectorAll("[data-sort]")) {
  const button = document.createElement("button");
  button.type = "button";
  button.append(...head.childNodes, document.createElement("i"));
  button.addEventListener("click", () => sortBy(head.dataset.sort));
  head.append(button);
}
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("input", (event) => change({ [event.target.name]: event.target.value }));
form.elements.marked.addEventListener("click", () => change({ marked: state.marked ? "" : "1" }));
form.elements.short.addEventListener("click", ({ target }) => change({ fewer: state.fewer === target.value ? "" : target.value }));
for (const button of document.querySelectorAll("[name=reset]")) button.addEventListener("click", reset);
form.elements.q.addEventListener("keydown", (event) => {
  if (event.key === "Enter" || event.key === "ArrowDown") {
    event.preventDefault();
    list.items()[0]?.focus();
  }
});
form.hidden = false;
fill();
sort();
show();
