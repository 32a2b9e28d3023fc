// The page that waits for a search: it is loaded again when the search has ended.

import { follow } from "/static/jobs.js";

await follow(document.querySelector("[data-job]"));
location.reload();
