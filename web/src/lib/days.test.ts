import { expect, it } from "vitest";
import { dayOf, dayTimestamp, isoDay, monthsBefore, previousDay } from "./days";

it("reads both spellings of a day and refuses others", () => {
  expect(isoDay("20261120")).toBe("2026-11-20");
  expect(isoDay("2026-11-20")).toBe("2026-11-20");
  expect(isoDay("2026-1-2")).toBeNull();
  expect(isoDay("null")).toBeNull();
});

it("turns days into midnight UTC and back", () => {
  expect(dayTimestamp("1970-01-02")).toBe(86_400_000);
  expect(dayOf(dayTimestamp("2024-02-29"))).toBe("2024-02-29");
});

it("steps back over month ends", () => {
  expect(previousDay("2024-03-01")).toBe("2024-02-29");
});

it("goes months back, to the last day where the month is shorter", () => {
  expect(monthsBefore("2026-11-20", 12)).toBe("2025-11-20");
  expect(monthsBefore("2026-05-31", 3)).toBe("2026-02-28");
  expect(monthsBefore("2026-01-15", 3)).toBe("2025-10-15");
});
