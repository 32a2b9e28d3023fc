// The pages of findings: filters, hashes that are computed, and exclusion of all in one step.

import { post } from "/static/post.js";
import { follow } from "/static/jobs.js";
import * as keys from "/static/keys.js";
import * as marks from "/static/marks.js";

const job = document.querySelector("[data-job]");
const filters = document.getElementById("filters");
const excludeAll = document.getElementById("exclude-all");
const confirm = document.getElementById("confirm");

const items = keys.rove(document.getElementById("main"), "a.finding");

function act(kind) {
  const exemplar = items.current()?.closest("[data-exemplar]");
  if (exemplar) marks.toggle(kind, [exemplar]);
  else keys.say("Choose an exemplar first, by j k h l");
}

async function followHashes() {
  const problem = await follow(job);
  if (problem) keys.say(problem);
  else location.reload();
}

async function compute(button) {
  const address = new URL("/hashes", location);
  for (const [name, value] of new URLSearchParams(location.search)) {
    if (name === "vocabulary") address.searchParams.set(name, value);
  }
  address.searchParams.set("of", button.dataset.compute);
  if (button.dataset.category) address.searchParams.set("category", button.dataset.category);
  const { error } = await post(address);
  if (error) keys.say(error);
  else await followHashes();
}

async function excludeThem() {
  const { changed, error } = await post(excludeAll.dataset.address);
  if (error) {
    keys.say(error);
    return;
  }
  sessionStorage.setItem("said", `${changed.toLocaleString("en")} excluded; u undoes it`);
  location.reload();
}

if (document.querySelector("[data-exemplar]") && marks.canMark) {
  keys.on("x", "exclude it", () => act("exclude"));
  keys.on("p", "pin it", () => act("pin"));
  keys.on("u", "undo the last step", () => marks.undo());
  document.getElementById("undo").addEventListener("click", () => marks.undo());
}
for (const button of document.querySelectorAll("[data-exclude-others]")) {
  button.addEventListener("click", () => {
    const others = [...button.closest(".group").querySelectorAll(".copy:not(.kept)")];
    marks.mark("exclude", others.filter((one) => one.dataset.mark === ""));
  });
}
for (const button of document.querySelectorAll("[data-compute]")) {
  button.addEventListener("click", () => compute(button));
}
if (filters) {
  filters.querySelector("#apply").hidden = true;
  filters.addEventListener("change", () => filters.requestSubmit());
  // A condition that is not set stays out of the address.
  filters.addEventListener("formdata", ({ formData }) => {
    for (const [name, value] of [...formData]) if (value === "") formData.delete(name);
  });
}
if (excludeAll) {
  excludeAll.addEventListener("click", () => {
    confirm.returnValue = "";
    confirm.showModal();
  });
  confirm.addEventListener("close", () => {
    if (confirm.returnValue === "yes") excludeThem();
  });
}
if (job?.dataset.goesOn !== undefined) followHashes();
for (const button of document.querySelectorAll("[data-scripted]")) button.hidden = false;
const said = sessionStorage.getItem("said");
if (said) {
  sessionStorage.removeItem("said");
  keys.say(said);
}
