import { afterEach, expect, it, vi } from "vitest";
import { getJson } from "./http";
import { Problem } from "./problem";

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

/** A fetch whose head has come and whose body ends as `body` does, at the latest with the signal. */
function answering(body: Promise<string>) {
  vi.stubGlobal("fetch", async (_: string, { signal }: { signal: AbortSignal }) => {
    const cut = new Promise<never>((_, reject) =>
      signal.addEventListener("abort", () => reject(signal.reason)),
    );
    return { ok: true, status: 200, headers: new Headers(), text: () => Promise.race([body, cut]) };
  });
}

const ask = (signal?: AbortSignal) =>
  getJson("/v1/meta", {}, signal).catch((error: unknown) => error);

it("takes a body that breaks off for a network that did, so that it is asked again", async () => {
  answering(Promise.reject(new TypeError("network error")));
  const problem = await ask();
  expect(problem).toBeInstanceOf(Problem);
  expect(problem).toMatchObject({ kind: "network", transient: true });
});

it("waits no longer for the body than for the head", async () => {
  const deadline = new AbortController();
  vi.spyOn(AbortSignal, "timeout").mockReturnValue(deadline.signal);
  answering(new Promise(() => {}));
  const asked = ask();
  deadline.abort(new DOMException("timed out", "TimeoutError"));
  const problem = await asked;
  expect(problem).toBeInstanceOf(Problem);
  expect(problem).toMatchObject({ kind: "timeout", transient: true });
});

it("leaves the reason of who cancelled as it is", async () => {
  answering(new Promise(() => {}));
  const leave = new AbortController();
  const asked = ask(leave.signal);
  leave.abort("left the page");
  expect(await asked).toBe("left the page");
});
