import { expect, it } from "vitest";
import { parseMeta } from "./meta";
import { parseStocks } from "./search";
import { chartDay, doneShare, failedTables, parseStatus } from "./status";

it("reads a status, at the top level or in data", () => {
  const status = {
    ...{ collecting: true, table: "daily", units_done: 30, units_total: 120, calls_left: null },
    tables: [{ name: "daily", title: "日线行情", state: "running", rows: 5, last_day: "20261120" }],
  };
  for (const value of [status, { data: status }]) {
    const parsed = parseStatus(value);
    expect(parsed.tables[0]).toMatchObject({ name: "daily", lastDay: "2026-11-20", nextRun: "" });
    expect(parsed.callsLeft).toBeNull();
    expect(doneShare(parsed)).toBe(0.25);
  }
});

it("refuses a status that does not say whether it is collecting", () => {
  expect(() => parseStatus({})).toThrow("collecting");
  expect(() => parseStatus(null)).toThrow("collecting");
});

it("tells the tables whose last collection failed", () => {
  const failed = {
    name: "daily",
    last_error: "no answer",
    last_success: "2026-11-19T16:10:00+08:00",
  };
  const status = parseStatus({
    collecting: false,
    tables: [failed, { name: "weekly", last_error: null }, { name: "moneyflow", last_error: "x" }],
  });
  expect(failedTables(status).map((t) => t.name)).toEqual(["daily", "moneyflow"]);
  expect(failedTables(status, ["daily", "weekly"])).toMatchObject([
    { name: "daily", lastError: "no answer", lastSuccess: "2026-11-19T16:10:00+08:00" },
  ]);
  expect(failedTables(null)).toEqual([]);
});

it("tells how far the chart is, whatever other tables have", () => {
  const tables = [
    { name: "daily", last_day: "2026-11-19" },
    { name: "stk_limit", last_day: "2026-11-20" },
  ];
  expect(chartDay(parseStatus({ collecting: false, tables }))).toBe("2026-11-19");
  expect(chartDay(parseStatus({ collecting: false, tables: tables.slice(1) }))).toBe("");
  expect(chartDay(null)).toBe("");
});

it("tells how much is in quarantine", () => {
  const tables = [
    { name: "daily", quarantined: 3 },
    { name: "weekly", quarantined: null },
  ];
  const status = parseStatus({ collecting: false, tables });
  expect(status.tables.map((t) => t.quarantined)).toEqual([3, null]);
});

it("knows no share without a total", () => {
  expect(doneShare(parseStatus({ collecting: true, units_done: 3, units_total: 0 }))).toBeNull();
});

it("finds the simulated mark wherever the server puts it", () => {
  expect(parseMeta({ version: "1.2", simulated: true })).toEqual({
    version: "1.2",
    simulated: true,
  });
  expect(parseMeta({ data: { version: "1.2" }, meta: { simulated: true } }).simulated).toBe(true);
  expect(parseMeta({ data: { simulated: false } }).simulated).toBe(false);
  expect(parseMeta(null)).toEqual({ version: "", simulated: false });
});

it("reads found stocks by column name", () => {
  const fields = ["name", "ts_code", "market", "list_status", "cnspell"];
  const items = [["贵州茅台", "600519.SH", "主板", "L", null]];
  expect(parseStocks({ data: { fields, items } })).toEqual([
    { code: "600519.SH", name: "贵州茅台", pinyin: "", market: "主板", listStatus: "L" },
  ]);
  expect(() => parseStocks({ data: { fields: ["ts_code"], items } })).toThrow("no column name");
});
