import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { dayTimestamp, firstOfMonth, isoDay, mondayOf, previousDay } from "~/lib/days";
import { type Answer, type Cell, columns, type Evidence, parseAnswer } from "./answer";
import { address, getJson, type Parameters } from "./http";
import { Problem } from "./problem";
import { stockQuery } from "./search";

export const frequencies = ["D", "W", "M"] as const;
export type Frequency = (typeof frequencies)[number];
export const adjustments = ["none", "qfq", "hfq"] as const;
export type Adjustment = (typeof adjustments)[number];

/** Prices in 元, volume in 股, amount in 元, percentages in %, unless the evidence says otherwise. */
export interface Bar {
  day: string;
  timestamp: number;
  open: number;
  high: number;
  low: number;
  close: number;
  preClose: number | null;
  change: number | null;
  pctChange: number | null;
  volume: number | null;
  amount: number | null;
}

/** Oldest first. */
export interface BarsPage {
  bars: readonly Bar[];
  meta: Evidence;
}

export interface BarsQuestion {
  code: string;
  freq: Frequency;
  adj: Adjustment;
}

/** A page of older bars: everything before the bar of `before`, adjusted by the same day as the first page. */
export interface OlderPage {
  before: string;
  anchor: string;
}

/** Before the first trading day of either exchange (1990-12-01 is older than both). */
const firstDay = "1990-12-01";
/** The server gives this many when no range is asked for. */
export const firstPageBars = 250;

function number(cell: Cell): number | null {
  return typeof cell === "number" && Number.isFinite(cell) ? cell : null;
}

function barReader(answer: Answer): (row: readonly Cell[]) => Bar {
  const column = columns(answer.data);
  const [day, open, high, low, close] = ["trade_date", "open", "high", "low", "close"].map(column);
  const [preClose, change, pctChange] = ["pre_close", "change", "pct_chg"].map(column);
  const [volume, amount] = ["vol", "amount"].map(column);
  const price = (row: readonly Cell[], reader = close): number => {
    const value = number(reader?.(row) ?? null);
    if (value === null) throw new Problem("shape", `a bar has no price (${row.join(", ")})`);
    return value;
  };
  const optional = (row: readonly Cell[], reader = close) => number(reader?.(row) ?? null);
  return (row) => {
    const iso = isoDay(String(day?.(row)));
    if (!iso) throw new Problem("shape", `a bar has no day (${row.join(", ")})`);
    return {
      day: iso,
      timestamp: dayTimestamp(iso),
      open: price(row, open),
      high: price(row, high),
      low: price(row, low),
      close: price(row, close),
      preClose: optional(row, preClose),
      change: optional(row, change),
      pctChange: optional(row, pctChange),
      volume: optional(row, volume),
      amount: optional(row, amount),
    };
  };
}

export function parseBars(value: unknown): BarsPage {
  const answer = parseAnswer(value);
  return { bars: answer.data.items.map(barReader(answer)), meta: answer.meta };
}

/** A bar is dated by its last day: the first that it may hold is this one. */
const firstDayOfBar: Record<Frequency, (day: string) => string> = {
  D: (day) => day,
  W: mondayOf,
  M: firstOfMonth,
};

export function barsParameters(question: BarsQuestion, older?: OlderPage): Parameters {
  return {
    freq: question.freq,
    adj: question.adj,
    start: older && firstDay,
    end: older && previousDay(firstDayOfBar[question.freq](older.before)),
    // 前复权 is anchored at the range's last day unless told, so older bars name the newest one.
    anchor: older && question.adj === "qfq" ? older.anchor : undefined,
  };
}

/** The address that gives what the page shows, for people who want to ask themselves. */
export function barsAddress(question: BarsQuestion): string {
  const { freq, adj } = question;
  return address(`/v1/bars/${encodeURIComponent(question.code)}`, { freq, adj, start: firstDay });
}

/**
 * The newest bars first, then all older ones in one more page, so that the first picture is quick
 * and a long suspension cannot look like the beginning of history.
 */
export function barsQuery(question: BarsQuestion) {
  return infiniteQueryOptions({
    queryKey: ["bars", question.code, question.freq, question.adj],
    queryFn: async ({ pageParam, signal }) => {
      const path = `/v1/bars/${encodeURIComponent(question.code)}`;
      const parameters = barsParameters(question, pageParam ?? undefined);
      return parseBars(await getJson(path, parameters, signal));
    },
    initialPageParam: null as OlderPage | null,
    getNextPageParam: (_last, pages): OlderPage | null => {
      const newest = pages[0];
      const oldest = newest?.bars[0];
      const last = newest?.bars.at(-1);
      if (pages.length > 1 || !newest || !oldest || !last) return null;
      if (newest.bars.length < firstPageBars) return null;
      return { before: oldest.day, anchor: isoDay(newest.meta.anchor) ?? last.day };
    },
  });
}

/** Pages come newest first; bars oldest first. */
export function joinPages(pages: readonly BarsPage[]): Bar[] {
  return pages.toReversed().flatMap((page) => page.bars);
}

/** One code that has bars; null while there is none. */
async function anyCodeWithBars(signal: AbortSignal): Promise<string | null> {
  const parameters = { fields: "ts_code", limit: "1" };
  const answer = parseAnswer(await getJson("/v1/tables/daily/rows", parameters, signal));
  const code = answer.data.items[0]?.[answer.data.fields.indexOf("ts_code")];
  return typeof code === "string" ? code : null;
}

/**
 * The code to open when none was asked for: the one seen last where the server knows it (the same
 * address may have served other data before), else any that has bars; null while there is none.
 */
export function startQuery(last: string | undefined) {
  return queryOptions({
    queryKey: ["start", last ?? ""],
    queryFn: async ({ signal, client }) => {
      const known = last && (await client.fetchQuery(stockQuery(last)));
      return known ? known.code : anyCodeWithBars(signal);
    },
    staleTime: 0,
  });
}
