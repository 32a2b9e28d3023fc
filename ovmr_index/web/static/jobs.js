// Work in the background: shows how far it is, stops it, and says when it has ended.

import { post } from "/static/post.js";

const EVERY = 400; // milliseconds

function describe({ what, done, total, unit }) {
  const number = (value) => value.toLocaleString("en");
  if (!what) return "Searching …";
  return total === null
    ? `${what}: ${number(done)} ${unit}`
    : `${what}: ${number(done)} of ${number(total)} ${unit}`;
}

// Shows a job in its element until it ends; returns what went wrong, "" if nothing did.
export async function follow(element) {
  const name = element.dataset.job;
  const bar = element.querySelector("progress");
  const text = element.querySelector(".job-text");
  const stop = element.querySelector("[data-job-stop]");
  const address = `/jobs/${encodeURIComponent(name)}`;
  stop.hidden = !document.querySelector("meta[name=token]");
  stop.onclick = () => post(`${address}/stop`);
  element.hidden = false;
  for (;;) {
    const response = await fetch(address);
    if (!response.ok) return "the server has forgotten this work; load the page again";
    const job = await response.json();
    if (job.ended) {
      element.hidden = true;
      return job.problem;
    }
    if (job.total) {
      bar.max = job.total;
      bar.value = job.done;
    } else {
      bar.removeAttribute("value");
    }
    text.textContent = describe(job);
    await new Promise((resolve) => setTimeout(resolve, EVERY));
  }
}
