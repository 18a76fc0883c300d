import type { AxisTick } from "klinecharts";

/** The ticks whose text, centred on its bar, fits into the axis: a day cut at an edge misleads. */
export function wholeTicks(
  ticks: readonly AxisTick[],
  axisWidth: number,
  textWidth: (text: string) => number,
): AxisTick[] {
  return ticks.filter(({ coord, text }) => {
    const half = textWidth(text) / 2;
    return coord >= half && coord + half <= axisWidth;
  });
}
