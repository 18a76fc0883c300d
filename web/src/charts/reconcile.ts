// How a new list of bars differs from the one that a chart already shows.
import type { KLineData } from "klinecharts";
import type { Bar } from "~/api/bars";

export type Change =
  | { type: "none" }
  /** Older bars came in front. */
  | { type: "prepend"; bars: readonly Bar[] }
  /** The last bar changed or newer ones follow. */
  | { type: "append"; bars: readonly Bar[] }
  | { type: "replace" };

function same(shown: KLineData | undefined, bar: Bar | undefined): boolean {
  return (
    shown !== undefined &&
    bar !== undefined &&
    shown.timestamp === bar.timestamp &&
    shown.open === bar.open &&
    shown.high === bar.high &&
    shown.low === bar.low &&
    shown.close === bar.close &&
    shown.volume === (bar.volume ?? 0)
  );
}

/** Both lists oldest first. */
export function change(shown: readonly KLineData[], next: readonly Bar[]): Change {
  const first = shown[0];
  if (first === undefined) return { type: "replace" };
  const offset = next.findIndex((bar) => bar.timestamp === first.timestamp);
  if (offset < 0 || next.length - offset < shown.length) return { type: "replace" };
  const lastShown = shown.length - 1;
  for (let i = 0; i < lastShown; i++) {
    if (!same(shown[i], next[offset + i])) return { type: "replace" };
  }
  const tailSame = same(shown[lastShown], next[offset + lastShown]);
  const tail = next.slice(offset + lastShown + (tailSame ? 1 : 0));
  if (offset === 0) return tail.length === 0 ? { type: "none" } : { type: "append", bars: tail };
  return tail.length === 0 ? { type: "prepend", bars: next.slice(0, offset) } : { type: "replace" };
}
