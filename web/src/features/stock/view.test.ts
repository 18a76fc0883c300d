import { expect, it } from "vitest";
import { defaultView, parseView } from "./view";

it("reads what an address says and takes defaults for the rest", () => {
  expect(parseView({ freq: "W", adj: "hfq", range: "all" })).toEqual({
    freq: "W",
    adj: "hfq",
    range: "all",
  });
  expect(parseView({ freq: "w", adj: 3, range: null })).toEqual(defaultView);
});
