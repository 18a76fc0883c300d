import { QueryObserver } from "@tanstack/react-query";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Problem } from "~/api/problem";
import { liveQueries } from "./queries";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function watched(answer: () => Promise<string>) {
  let reconnect = () => {};
  const client = liveQueries({
    onReconnect: (listener) => {
      reconnect = listener;
      return () => {};
    },
  });
  const asked = vi.fn(answer);
  const observer = new QueryObserver(client, { queryKey: ["a"], queryFn: asked });
  observer.subscribe(() => {});
  return { asked, result: () => observer.getCurrentResult(), reconnect: () => reconnect() };
}

it("asks an unreachable server a few times, then again when the line is back", async () => {
  let up = false;
  const query = watched(async () => {
    if (!up) throw new Problem("network", "Failed to fetch");
    return "bars";
  });
  await vi.advanceTimersByTimeAsync(10_000);
  expect(query.asked).toHaveBeenCalledTimes(3);
  expect(query.result().status).toBe("error");
  up = true;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(query.asked).toHaveBeenCalledTimes(3);
  query.reconnect();
  await vi.advanceTimersByTimeAsync(0);
  expect(query.result()).toMatchObject({ status: "success", data: "bars" });
});

it("asks again for what it has: commits may have gone unheard", async () => {
  const query = watched(async () => "bars");
  await vi.advanceTimersByTimeAsync(0);
  query.reconnect();
  await vi.advanceTimersByTimeAsync(0);
  expect(query.asked).toHaveBeenCalledTimes(2);
});

it("takes a refusal for an answer", async () => {
  const query = watched(() => Promise.reject(new Problem("problem", "no", 404, "not_found")));
  await vi.advanceTimersByTimeAsync(10_000);
  expect(query.asked).toHaveBeenCalledTimes(1);
});
