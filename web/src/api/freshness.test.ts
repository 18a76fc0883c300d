import { expect, it } from "vitest";
import { isStale } from "./freshness";

it("goes by the charts' table alone", () => {
  const health = (...tables: unknown[]) => ({ data: { tables } });
  expect(isStale(health({ table: "daily", state: "stale" }))).toBe(true);
  expect(
    isStale(health({ table: "daily", state: "fresh" }, { table: "margin", state: "stale" })),
  ).toBe(false);
  for (const odd of [null, {}, { data: null }, health(null)]) {
    expect(isStale(odd)).toBe(false);
  }
});
