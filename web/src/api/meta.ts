import { queryOptions } from "@tanstack/react-query";
import { getJson } from "./http";

export interface ServerMeta {
  version: string;
  simulated: boolean;
}

type Json = Record<string, unknown>;

/** Accepts the facts at the top level, in `data` or in `meta`. */
export function parseMeta(value: unknown): ServerMeta {
  const top = (typeof value === "object" && value !== null ? value : {}) as Json;
  const parts = [top, top.data, top.meta].filter(
    (part): part is Json => typeof part === "object" && part !== null,
  );
  return {
    version: String(parts.map((p) => p.version).find((v) => typeof v === "string") ?? ""),
    simulated: parts.some((p) => p.simulated === true),
  };
}

export const metaQuery = queryOptions({
  queryKey: ["meta"],
  queryFn: async ({ signal }) => parseMeta(await getJson("/v1/meta", {}, signal)),
  staleTime: 5 * 60_000,
});
