import { describe, expect, it } from "vitest";
import { type Bar, type BarsPage, barsParameters, barsQuery, joinPages, parseBars } from "./bars";
import { Problem } from "./problem";

const fields = [
  ...["trade_date", "open", "high", "low", "close", "pre_close", "change", "pct_chg"],
  ...["vol", "amount", "adj_factor"],
];
const row = (day: string, close = 10.5) => [
  ...[day, 10, 11, 9, close, 10, 0.5, 5, 1200, 12_600, 1],
];
const answer = (items: unknown[][], meta = {}, names = fields) => ({
  data: { fields: names, items },
  page: { next_cursor: null },
  meta,
});

describe("parseBars", () => {
  it("maps by column name, whatever the order", () => {
    const reversed = answer([row("20261120").toReversed()], {}, fields.toReversed());
    expect(parseBars(reversed).bars[0]).toEqual({
      day: "2026-11-20",
      timestamp: Date.UTC(2026, 10, 20),
      ...{ open: 10, high: 11, low: 9, close: 10.5 },
      ...{ preClose: 10, change: 0.5, pctChange: 5, volume: 1200, amount: 12_600 },
    });
  });

  it("keeps a null as null", () => {
    const bar = row("2026-11-20");
    bar[9] = null as never;
    expect(parseBars(answer([bar])).bars[0]?.amount).toBeNull();
  });

  it("refuses an answer without a column or without a price", () => {
    const cut = answer([row("2026-11-20").slice(0, 4)], {}, fields.slice(0, 4));
    expect(() => parseBars(cut)).toThrow("no column close");
    const bar = row("2026-11-20");
    bar[4] = null as never;
    expect(() => parseBars(answer([bar]))).toThrow("no price");
    expect(() => parseBars([])).toThrow(Problem);
    expect(() => parseBars({ data: {} })).toThrow("data.fields");
  });

  it("reads the evidence; an unknown status is not taken for complete", () => {
    const meta = {
      as_of: "2026-11-20T08:12:03Z",
      data_version: 17,
      source: "sim",
      simulated: true,
      status: "partial",
      missing: ["2026-11-18: no row of 600206.SH"],
      missing_count: 3,
      short_days: 5,
      columns: [{ name: "vol", type: "float64", unit: "股" }],
    };
    expect(parseBars(answer([], meta)).meta).toMatchObject({
      dataVersion: "17",
      simulated: true,
      status: "partial",
      missing: ["2026-11-18: no row of 600206.SH"],
      missingCount: 3,
      shortDays: 5,
      columns: [{ name: "vol", unit: "股" }],
    });
    expect(parseBars(answer([], { status: "splendid" })).meta.status).toBe("unknown");
    expect(parseBars(answer([])).meta.status).toBe("unknown");
    expect(parseBars(answer([], { status: "unknown" })).meta.status).toBe("unknown");
    expect(parseBars(answer([], { status: "provisional" })).meta.status).toBe("provisional");
  });
});

describe("older bars", () => {
  const days = (n: number): Bar[] =>
    parseBars(answer(Array.from({ length: n }, (_, i) => row(`2026${1001 + i}`)))).bars.slice();
  const page = (n: number, meta = {}): BarsPage => ({
    ...parseBars(answer([], meta)),
    bars: days(n),
  });
  const options = barsQuery({ code: "600000.SH", freq: "D", adj: "qfq" });
  const next = (pages: BarsPage[]) =>
    options.getNextPageParam(pages.at(-1) as BarsPage, pages, null, []);

  it("are asked for in one more page when the first one was full", () => {
    expect(next([page(250)])).toMatchObject({ before: "2026-10-01" });
    expect(next([page(249)])).toBeNull();
    expect(next([page(250), page(3)])).toBeNull();
    expect(next([page(0)])).toBeNull();
  });

  it("are adjusted by the day that the newest ones were adjusted by", () => {
    const given = next([page(250, { anchor: "20261120" })]);
    expect(given?.anchor).toBe("2026-11-20");
    const older = { before: "2025-11-10", anchor: "2026-11-20" };
    const question = { code: "600000.SH", freq: "D", adj: "qfq" } as const;
    expect(barsParameters(question, older)).toEqual({
      ...{ freq: "D", adj: "qfq", start: "1990-12-01", end: "2025-11-09", anchor: "2026-11-20" },
    });
    expect(barsParameters({ ...question, adj: "hfq" }, older).anchor).toBeUndefined();
    expect(barsParameters(question)).toEqual({ freq: "D", adj: "qfq" });
  });

  it("end before the week or month of the oldest bar, whose days that bar holds already", () => {
    const older = { before: "2025-11-14", anchor: "2026-11-20" }; // a Friday
    const end = (freq: "D" | "W" | "M", before = older.before) =>
      barsParameters({ code: "600000.SH", freq, adj: "none" }, { ...older, before }).end;
    expect(end("D")).toBe("2025-11-13");
    expect(end("W")).toBe("2025-11-09");
    expect(end("W", "2025-11-10")).toBe("2025-11-09"); // a Monday
    expect(end("W", "2025-01-03")).toBe("2024-12-29"); // its week began in the old year
    expect(end("M")).toBe("2025-10-31");
    expect(end("M", "2025-03-31")).toBe("2025-02-28");
  });

  it("come in front", () => {
    const old = { ...page(0), bars: parseBars(answer([row("20250101")])).bars };
    const all = joinPages([page(2), old]);
    expect(all.map((b) => b.day)).toEqual(["2025-01-01", "2026-10-01", "2026-10-02"]);
  });
});
