// The button of stale pools: it asks for them, waits, and loads the page again.
import * as keys from "/static/keys.js";
import { post } from "/static/post.js";

const button = document.querySelector("[data-collate]");

async function wait() {
  const { running, error } = await (await fetch("/collate")).json();
  if (running) setTimeout(wait, 500);
  else if (error) fail(error);
  else location.reload();
}

function fail(error) {
  keys.say(error);
  button.disabled = false;
}

if (button) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    button.disabled = true;
    keys.say("The pools are being made…");
    const { error } = await post(button.dataset.collate);
    if (error) fail(error);
    else wait();
  });
}
