import { useQuery } from "@tanstack/react-query";
import { useEffect, useSyncExternalStore } from "react";
import { metaQuery } from "~/api/meta";

// Once any answer on this page said "simulated", the mark stays until the page is left: an answer
// without the word must not take the mark off bars that are still in sight.
let seen = false;
const listeners = new Set<() => void>();

/** Tells the shell that simulated rows are in sight. */
export function useReportSimulated(simulated: boolean): void {
  useEffect(() => {
    if (!simulated || seen) return;
    seen = true;
    for (const listener of listeners) listener();
  }, [simulated]);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useSimulated(): boolean {
  const meta = useQuery(metaQuery);
  const reported = useSyncExternalStore(subscribe, () => seen);
  return reported || (meta.data?.simulated ?? false);
}
