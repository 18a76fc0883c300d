import { expect, it } from "vitest";
import { wholeTicks } from "./ticks";

it("leaves out the days that an edge of the axis would cut", () => {
  const at = (coord: number) => ({ coord, value: coord, text: "2026-11-20" });
  const shown = wholeTicks([29, 30, 150, 270, 271].map(at), 300, () => 60);
  expect(shown.map((tick) => tick.coord)).toEqual([30, 150, 270]);
});
