// What a person chose and this browser remembers: theme, colours, language, last stocks.
import type { Locale } from "./format";

export type Theme = "system" | "light" | "dark";
/** cn: red up, green down. intl: green up, red down. cb: orange up, blue down. */
export type Palette = "cn" | "intl" | "cb";

export interface RecentStock {
  code: string;
  name: string;
}

export interface Preferences {
  theme: Theme;
  palette: Palette;
  locale: Locale;
  recent: readonly RecentStock[];
}

const storageKey = "kanpan.preferences";
const recentCount = 8;

export const defaultPreferences: Preferences = {
  theme: "system",
  palette: "cn",
  locale: "zh",
  recent: [],
};

function oneOf<T extends string>(value: unknown, allowed: readonly T[], otherwise: T): T {
  return allowed.find((a) => a === value) ?? otherwise;
}

function isRecent(value: unknown): value is RecentStock {
  const v = value as Partial<RecentStock> | null;
  return typeof v?.code === "string" && typeof v.name === "string";
}

/** The page's language for a browser's: English for English, Chinese for every other. */
export function localeOf(language: string): Locale {
  return /^en\b/i.test(language) ? "en" : "zh";
}

/**
 * Reads stored text; every unknown or damaged part falls back to its default, the page's language to
 * the browser's, a tag like "en-GB". `public/boot.js` does the same before the first paint.
 */
export function parsePreferences(text: string | null, language = ""): Preferences {
  let stored: Record<string, unknown> = {};
  try {
    const value: unknown = JSON.parse(text ?? "{}");
    if (typeof value === "object" && value !== null) stored = value as Record<string, unknown>;
  } catch {
    // Damaged text: the defaults hold and the next change overwrites it.
  }
  return {
    theme: oneOf(stored.theme, ["system", "light", "dark"], defaultPreferences.theme),
    palette: oneOf(stored.palette, ["cn", "intl", "cb"], defaultPreferences.palette),
    locale: oneOf(stored.locale, ["zh", "en"], localeOf(language)),
    recent: Array.isArray(stored.recent)
      ? stored.recent.filter(isRecent).slice(0, recentCount)
      : [],
  };
}

/** The newest choice first, each stock once. */
export function withRecent(list: readonly RecentStock[], chosen: RecentStock): RecentStock[] {
  return [chosen, ...list.filter((r) => r.code !== chosen.code)].slice(0, recentCount);
}

/** A value with listeners; `storage` may be missing (private mode, tests). */
export class PreferenceStore {
  private value: Preferences;
  private readonly listeners = new Set<() => void>();

  constructor(
    private readonly storage: Pick<Storage, "getItem" | "setItem"> | null,
    language = "",
  ) {
    this.value = parsePreferences(storage?.getItem(storageKey) ?? null, language);
  }

  readonly get = (): Preferences => this.value;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  set(change: Partial<Preferences>): void {
    this.value = { ...this.value, ...change };
    try {
      this.storage?.setItem(storageKey, JSON.stringify(this.value));
    } catch {
      // Storage full or blocked: the choice lasts until the page closes.
    }
    for (const listener of this.listeners) listener();
  }
}
