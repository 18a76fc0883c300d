import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { startQuery } from "~/api/bars";
import { NothingYet } from "~/ui/Collection";
import { ProblemNote } from "~/ui/ProblemNote";
import { usePreferences, useServices } from "~/ui/services";
import { useTitle } from "~/ui/useTitle";

/** Opens the stock seen last, or any that has bars; until there is one, says what is going on. */
export function HomePage({ onOpen }: { onOpen(code: string): void }) {
  const { live } = useServices();
  const { recent } = usePreferences();
  const client = useQueryClient();
  const query = useQuery(startQuery(recent[0]?.code));
  const code = query.data;
  useTitle("");

  useEffect(() => {
    if (code) onOpen(code);
  }, [code, onOpen]);
  useEffect(
    () =>
      live.onCommit((commit) => {
        if (commit.table === "daily") void client.invalidateQueries({ queryKey: ["start"] });
      }),
    [live, client],
  );

  return (
    <main className="home">
      {query.error && <ProblemNote error={query.error} onRetry={() => void query.refetch()} />}
      {code === null && <NothingYet />}
    </main>
  );
}
