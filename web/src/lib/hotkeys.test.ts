import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { type KeyAction, KeyStream, loneDigitDelayMs } from "./hotkeys";

let actions: KeyAction[];
let stream: KeyStream;
const press = (key: string, held = {}) =>
  stream.press({ key, ctrlKey: false, metaKey: false, altKey: false, ...held });

beforeEach(() => {
  vi.useFakeTimers();
  actions = [];
  stream = new KeyStream((action) => actions.push(action));
});
afterEach(() => vi.useRealTimers());

it("a lone 2 switches to the second period, after a moment", () => {
  expect(press("2")).toBe(true);
  expect(actions).toEqual([]);
  vi.advanceTimersByTime(loneDigitDelayMs);
  expect(actions).toEqual([{ type: "period", index: 1 }]);
});

it("a 3 with another digit behind it begins a code", () => {
  press("3");
  press("0");
  vi.advanceTimersByTime(loneDigitDelayMs * 2);
  expect(actions).toEqual([{ type: "search", text: "30" }]);
});

it("other digits and letters open the search at once", () => {
  press("6");
  press("g");
  expect(actions).toEqual([
    { type: "search", text: "6" },
    { type: "search", text: "g" },
  ]);
});

it("a slash opens the search empty", () => {
  press("/");
  expect(actions).toEqual([{ type: "search", text: "" }]);
});

it("leaves combinations and other keys to the browser", () => {
  expect(press("c", { ctrlKey: true })).toBe(false);
  expect(press("ArrowLeft")).toBe(false);
  expect(press("F5")).toBe(false);
  expect(actions).toEqual([]);
});

it("forgets a waiting digit when disposed", () => {
  press("1");
  stream.dispose();
  vi.advanceTimersByTime(loneDigitDelayMs);
  expect(actions).toEqual([]);
});
