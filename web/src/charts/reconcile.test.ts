import { expect, it } from "vitest";
import type { Bar } from "~/api/bars";
import { change } from "./reconcile";

const bar = (n: number, close = 10): Bar => ({
  day: String(n),
  timestamp: n,
  ...{ open: 10, high: 11, low: 9, close, volume: 1 },
  ...{ preClose: null, change: null, pctChange: null, amount: null },
});
const bars = (...numbers: number[]) => numbers.map((n) => bar(n));
const shown = (...numbers: number[]) =>
  bars(...numbers).map((b) => ({ ...b, volume: b.volume ?? 0 }));

it("sees equal lists as no change", () => {
  expect(change(shown(1, 2, 3), bars(1, 2, 3))).toEqual({ type: "none" });
});

it("sees older bars in front", () => {
  expect(change(shown(3, 4), bars(1, 2, 3, 4))).toEqual({ type: "prepend", bars: bars(1, 2) });
});

it("sees a changed last bar and newer ones behind it", () => {
  const next = [bar(1), bar(2, 10.4), bar(3)];
  expect(change(shown(1, 2), next)).toEqual({ type: "append", bars: [bar(2, 10.4), bar(3)] });
  expect(change(shown(1, 2), bars(1, 2, 3))).toEqual({ type: "append", bars: bars(3) });
});

it("replaces everything when an earlier bar changed, went, or both ends grew", () => {
  expect(change(shown(1, 2, 3), [bar(1, 9.9), bar(2), bar(3)]).type).toBe("replace");
  expect(change(shown(1, 2, 3), bars(1, 2)).type).toBe("replace");
  expect(change(shown(2, 3), bars(1, 2, 3, 4)).type).toBe("replace");
  expect(change(shown(1, 2), bars(5, 6)).type).toBe("replace");
  expect(change([], bars(1)).type).toBe("replace");
});
