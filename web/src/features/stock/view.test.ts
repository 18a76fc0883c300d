import { expect, it } from "vitest";
import { defaultView, parseView, tablesOf } from "./view";

it("reads what an address says and takes defaults for the rest", () => {
  expect(parseView({ freq: "W", adj: "hfq", range: "all" })).toEqual({
    freq: "W",
    adj: "hfq",
    range: "all",
  });
  expect(parseView({ freq: "w", adj: 3, range: null })).toEqual(defaultView);
});

it("names the tables behind the bars, the factors only where they are used", () => {
  expect(tablesOf({ freq: "D", adj: "none" })).toEqual(["daily"]);
  expect(tablesOf({ freq: "M", adj: "qfq" })).toEqual(["monthly", "adj_factor"]);
});
