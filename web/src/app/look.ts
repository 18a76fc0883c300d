import type { PreferenceStore } from "~/lib/preferences";

/** Keeps the document's theme and palette as chosen, and as the system has it where it decides. */
export function followLook(preferences: PreferenceStore): void {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const apply = () => {
    const { theme, palette } = preferences.get();
    const { dataset } = document.documentElement;
    dataset.theme = theme === "system" ? (dark.matches ? "dark" : "light") : theme;
    dataset.palette = palette;
  };
  apply();
  preferences.subscribe(apply);
  // An empty change tells all who draw with the old colours.
  dark.addEventListener("change", () => preferences.set({}));
}
