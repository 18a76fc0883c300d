import { expect, it } from "vitest";
import { average } from "./average";

const bars = [1, 2, 3, 6].map((close) => ({ close }));

it("is the mean of the bars that end at the index", () => {
  expect(average(bars, 3, 2)).toBe(4.5);
  expect(average(bars, 2, 3)).toBe(2);
});

it("is nothing while there are too few bars", () => {
  expect(average(bars, 1, 3)).toBeNull();
  expect(average(bars, 4, 2)).toBeNull();
  expect(average([], -1, 5)).toBeNull();
});
