import { queryOptions } from "@tanstack/react-query";
import { columns, parseAnswer } from "./answer";
import { getJson } from "./http";

export interface Stock {
  code: string;
  name: string;
  /** Initials of the name's pinyin: "gzmt". */
  pinyin: string;
  market: string;
  /** L listed, D delisted, P suspended from listing. */
  listStatus: string;
}

export function parseStocks(value: unknown): Stock[] {
  const { data } = parseAnswer(value);
  const column = columns(data);
  const [code, name, pinyin, market, listStatus] = [
    "ts_code",
    "name",
    "cnspell",
    "market",
    "list_status",
  ].map(column);
  return data.items.map((row) => ({
    code: String(code?.(row) ?? ""),
    name: String(name?.(row) ?? ""),
    pinyin: String(pinyin?.(row) ?? ""),
    market: String(market?.(row) ?? ""),
    listStatus: String(listStatus?.(row) ?? ""),
  }));
}

export function searchQuery(text: string) {
  const q = text.trim();
  return queryOptions({
    queryKey: ["search", q],
    queryFn: async ({ signal }) => parseStocks(await getJson("/v1/search", { q }, signal)),
    enabled: q !== "",
    staleTime: 60_000,
  });
}

/** What is known about one code; null for a code that the server does not know by name. */
export function stockQuery(code: string) {
  return queryOptions({
    queryKey: ["stock", code],
    queryFn: async ({ signal }) => {
      const found = parseStocks(await getJson("/v1/search", { q: code }, signal));
      return found.find((s) => s.code === code) ?? null;
    },
    staleTime: 10 * 60_000,
  });
}
