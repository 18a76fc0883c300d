// Runs before the first paint so that no theme flashes. Reads what src/lib/preferences.ts writes.
(() => {
  const root = document.documentElement;
  let saved = {};
  try {
    saved = JSON.parse(localStorage.getItem("kanpan.preferences") || "{}");
  } catch {
    // Storage blocked or damaged: the defaults hold.
  }
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const system = dark ? "dark" : "light";
  root.dataset.theme = saved.theme === "light" || saved.theme === "dark" ? saved.theme : system;
  root.dataset.palette = saved.palette || "cn";
  const chosen = saved.locale === "en" || saved.locale === "zh";
  const english = chosen ? saved.locale === "en" : /^en\b/i.test(navigator.language);
  root.lang = english ? "en" : "zh-CN";
})();
