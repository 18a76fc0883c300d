import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import { barsQuery, joinPages } from "~/api/bars";
import { throttle } from "~/lib/throttle";
import { useServices } from "~/ui/services";
import { barTables, type StockView } from "./view";

/** At most one refresh in this time, however many commits arrive. */
const refreshMs = 3_000;

export function useBars(code: string, view: StockView) {
  const { freq, adj } = view;
  const query = useInfiniteQuery(barsQuery({ code, freq, adj }));
  const pages = query.data?.pages;
  const bars = useMemo(() => (pages ? joinPages(pages) : []), [pages]);
  useCommitRefresh(code, freq, adj);
  return { query, bars, newest: pages?.[0] };
}

/** Asks again when a commit touched a table that the shown bars are made of. */
function useCommitRefresh(code: string, freq: StockView["freq"], adj: StockView["adj"]): void {
  const { live } = useServices();
  const client = useQueryClient();
  useEffect(() => {
    const refresh = throttle(() => {
      void client.invalidateQueries({ queryKey: ["bars", code, freq, adj] });
    }, refreshMs);
    const stop = live.onCommit((commit) => {
      if (barTables.includes(commit.table)) refresh.call();
      if (commit.table === "stock_basic") {
        void client.invalidateQueries({ queryKey: ["stock", code] });
      }
    });
    return () => {
      stop();
      refresh.cancel();
    };
  }, [live, client, code, freq, adj]);
}
