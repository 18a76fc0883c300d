import { describe, expect, it } from "vitest";
import {
  count,
  dayWithWeekday,
  duration,
  exchangeTime,
  fixed,
  large,
  marketName,
  percent,
  signed,
  tick,
} from "./format";

describe("numbers", () => {
  it("shows null and not-a-number as a dash, never as 0", () => {
    for (const format of [fixed, signed, percent, count]) {
      expect(format(null)).toBe("-");
      expect(format(Number.NaN)).toBe("-");
    }
    expect(large(undefined, "zh")).toBe("-");
  });

  it("gives every change its sign", () => {
    expect(signed(1.234)).toBe("+1.23");
    expect(signed(-1.236)).toBe("-1.24");
    expect(percent(9.98)).toBe("+9.98%");
  });

  it("gives a change that rounds to nothing no sign", () => {
    expect(signed(-0.001)).toBe("0.00");
  });

  it("counts in 万 and 亿 in Chinese, in K, M and B in English", () => {
    expect(large(12_345, "zh")).toBe("1.23万");
    expect(large(-123_456_789, "zh")).toBe("-1.23亿");
    expect(large(1_234_567_890_123, "zh")).toBe("1.23万亿");
    expect(large(123_456_789, "en")).toBe("123.46M");
    expect(large(999, "zh")).toBe("999");
  });

  it("leaves zeros that say nothing off axis ticks", () => {
    expect(tick(56_000_000, "zh")).toBe("5600万");
    expect(tick(15_500, "zh")).toBe("1.55万");
    expect(tick(150_000_000, "zh")).toBe("1.5亿");
    expect(tick(0, "zh")).toBe("0");
    expect(tick(100, "zh")).toBe("100");
  });
});

it("names boards in English where it can", () => {
  expect(marketName("创业板", "en")).toBe("ChiNext");
  expect(marketName("创业板", "zh")).toBe("创业板");
  expect(marketName("CDR", "en")).toBe("CDR");
});

describe("times", () => {
  it("names the weekday", () => {
    expect(dayWithWeekday("2026-11-20", "zh")).toBe("2026-11-20 周五");
    expect(dayWithWeekday("2026-11-22", "en")).toBe("2026-11-22 Sun");
    expect(dayWithWeekday("-", "zh")).toBe("-");
  });

  it("shows moments on the exchange's clock", () => {
    expect(exchangeTime("2026-11-20T08:12:03Z")).toBe("2026-11-20 16:12:03");
    expect(exchangeTime("")).toBe("-");
  });

  it("says durations in the two largest units", () => {
    expect(duration(45, "zh")).toBe("45 秒");
    expect(duration(200, "zh")).toBe("3 分 20 秒");
    expect(duration(7_500, "en")).toBe("2 h 5 min");
    expect(duration(-3, "zh")).toBe("0 秒");
    expect(duration(null, "zh")).toBe("-");
  });
});
