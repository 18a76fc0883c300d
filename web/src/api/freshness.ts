import { queryOptions } from "@tanstack/react-query";
import { getJson } from "./http";
import { chartTable } from "./status";

type Json = Record<string, unknown>;

/** Whether the server knows that the charts' table lacks days that its source has. */
export function isStale(value: unknown): boolean {
  const data = ((value as Json | null)?.data ?? {}) as Json;
  const tables = Array.isArray(data.tables) ? (data.tables as Json[]) : [];
  return tables.some((one) => one?.table === chartTable && one.state === "stale");
}

export const stalenessQuery = queryOptions({
  queryKey: ["staleness"],
  queryFn: async ({ signal }) => isStale(await getJson("/healthz/data", {}, signal)),
  refetchInterval: 60_000,
});
