import { QueryClient } from "@tanstack/react-query";
import { backoffMs, type Live } from "~/api/live";
import { Problem } from "~/api/problem";

/** So often is asked again before the failure is shown, 3 s later at the most. */
const retries = 2;

/**
 * The questions to the server. What failed or went unheard while the line was down is asked again as
 * soon as it is back; how long that takes is the line's back-off.
 */
export function liveQueries(live: Pick<Live, "onReconnect">): QueryClient {
  const client = new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 30_000,
        retry: (failures, error) =>
          failures < retries && error instanceof Problem && error.transient,
        retryDelay: (failures) => backoffMs(failures, Math.random()),
        // Without a network the request fails and says so, instead of waiting in silence.
        networkMode: "always",
      },
    },
  });
  // Attempts under way go on: a line that flaps must not start them over and over.
  live.onReconnect(() => void client.invalidateQueries({}, { cancelRefetch: false }));
  return client;
}
