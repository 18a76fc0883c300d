// What of a stock is looked at: the part of the address after the code.
import { type Adjustment, adjustments, type Frequency, frequencies } from "~/api/bars";

export const ranges = ["3m", "1y", "3y", "all"] as const;
export type Range = (typeof ranges)[number];

export interface StockView {
  freq: Frequency;
  adj: Adjustment;
  range: Range;
}

export const defaultView: StockView = { freq: "D", adj: "none", range: "1y" };

export const rangeMonths: Record<Range, number | "all"> = {
  "3m": 3,
  "1y": 12,
  "3y": 36,
  all: "all",
};

/** Reads an address's query; whatever is missing or unknown takes its default. */
export function parseView(search: Record<string, unknown>): StockView {
  return {
    freq: frequencies.find((f) => f === search.freq) ?? defaultView.freq,
    adj: adjustments.find((a) => a === search.adj) ?? defaultView.adj,
    range: ranges.find((r) => r === search.range) ?? defaultView.range,
  };
}

/** The tables that the server makes bars of, and their evidence, whatever the view. */
export const barTables: readonly string[] = ["daily", "adj_factor"];
