import { expect, it, vi } from "vitest";
import { defaultPreferences, PreferenceStore, parsePreferences, withRecent } from "./preferences";

const stock = (code: string) => ({ code, name: `name of ${code}` });

it("falls back part by part when the stored text is damaged", () => {
  expect(parsePreferences(null)).toEqual(defaultPreferences);
  expect(parsePreferences("{half")).toEqual(defaultPreferences);
  expect(parsePreferences('"text"')).toEqual(defaultPreferences);
  expect(parsePreferences('{"theme":"pink","palette":"cb","recent":[1,{"code":"a"}]}')).toEqual({
    ...defaultPreferences,
    palette: "cb",
  });
});

it("starts in the browser's language where nothing was chosen, in Chinese for others", () => {
  const locales = (text: string | null) =>
    ["en", "en-GB", "EN-us", "zh-CN", "fr", "eng", ""].map((l) => parsePreferences(text, l).locale);
  expect(locales(null)).toEqual(["en", "en", "en", "zh", "zh", "zh", "zh"]);
  expect(locales('{"theme":"dark"}')).toEqual(locales(null));
  expect(new Set(locales('{"locale":"zh"}'))).toEqual(new Set(["zh"]));
  expect(new Set(locales('{"locale":"en"}'))).toEqual(new Set(["en"]));
});

it("keeps recent stocks newest first, each once, eight at most", () => {
  let list = [stock("1"), stock("2")];
  list = withRecent(list, stock("2"));
  expect(list.map((r) => r.code)).toEqual(["2", "1"]);
  for (let i = 3; i < 20; i++) list = withRecent(list, stock(String(i)));
  expect(list).toHaveLength(8);
  expect(list[0]?.code).toBe("19");
});

it("stores a change and tells its listeners", () => {
  const storage = { getItem: () => null, setItem: vi.fn() };
  const store = new PreferenceStore(storage);
  const listener = vi.fn();
  const stop = store.subscribe(listener);
  store.set({ theme: "dark" });
  expect(store.get().theme).toBe("dark");
  expect(listener).toHaveBeenCalledTimes(1);
  const written = storage.setItem.mock.calls[0]?.[1] as string;
  expect(parsePreferences(written).theme).toBe("dark");
  stop();
  store.set({ theme: "light" });
  expect(listener).toHaveBeenCalledTimes(1);
});

it("works on when storing fails", () => {
  const full = () => {
    throw new Error("quota");
  };
  const store = new PreferenceStore({ getItem: () => null, setItem: full });
  store.set({ palette: "intl" });
  expect(store.get().palette).toBe("intl");
});
