// The theme: the system's, or the one that was chosen here. It runs before the page is drawn.
const THEMES = ["system", "light", "dark"];
const stored = () => localStorage.getItem("theme") ?? "system";

function apply(theme) {
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

function label(button) {
  button.textContent = `Theme: ${stored()}`;
}

apply(stored());
document.addEventListener("DOMContentLoaded", () => {
  const button = document.querySelector("[data-theme-switch]");
  button.hidden = false;
  label(button);
  button.addEventListener("click", () => {
    localStorage.setItem("theme", THEMES[(THEMES.indexOf(stored()) + 1) % THEMES.length]);
    apply(stored());
    label(button);
  });
});
