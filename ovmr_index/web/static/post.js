// Changes: a POST with the token of the page; the answer is JSON, with `error` where it failed.
const token = document.querySelector("meta[name=token]")?.content ?? "";

export async function post(path, data = {}) {
  let answer;
  try {
    answer = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Ovmr-Token": token },
      body: JSON.stringify(data),
    });
  } catch {
    return { error: "The server does not answer; is it still running?" };
  }
  const text = await answer.text();
  try {
    return JSON.parse(text);
  } catch {
    return { error: text.trim() || answer.statusText };
  }
}
