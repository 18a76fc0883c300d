import { afterEach, describe, expect, it, vi } from "vitest";
import { address, getJson } from "./http";
import { Problem, problemFrom } from "./problem";

describe("problemFrom", () => {
  it("reads problem+json with its field errors", () => {
    const body = JSON.stringify({
      ...{ title: "wrong parameter", detail: "freq=X is none of D, W, M", code: "usage" },
      ...{ request_id: "r-7", status: 400, hint: "see the docs" },
      errors: [{ field: "freq", value: "X", reason: "unknown", did_you_mean: "D" }],
    });
    const problem = problemFrom(400, body, "from-header");
    expect(problem).toMatchObject({
      status: 400,
      code: "usage",
      requestId: "r-7",
      hint: "see the docs",
    });
    expect(problem.message).toBe("freq=X is none of D, W, M");
    expect(problem.errors).toEqual([{ field: "freq", value: "X", reason: "unknown", hint: "D" }]);
    expect(problem.transient).toBe(false);
  });

  it("makes do with a body that is no JSON", () => {
    const problem = problemFrom(502, "<html>bad gateway</html>", "r-8");
    expect(problem).toMatchObject({ message: "HTTP 502", requestId: "r-8", transient: true });
    expect(problemFrom(500, "null", "").message).toBe("HTTP 500");
  });
});

describe("getJson", () => {
  afterEach(() => vi.unstubAllGlobals());
  const answers = (response: () => Response | Promise<Response>) =>
    vi.stubGlobal("fetch", () => Promise.resolve().then(response));

  it("gives the parsed body", async () => {
    answers(() => Response.json({ a: 1 }));
    expect(await getJson("/v1/meta")).toEqual({ a: 1 });
  });

  it("tells an unreachable server from a refusal and from nonsense", async () => {
    answers(() => Promise.reject(new TypeError("Failed to fetch")));
    await expect(getJson("/x")).rejects.toMatchObject({ kind: "network", transient: true });
    answers(() => new Response("{}", { status: 422, headers: { "X-Request-Id": "r-9" } }));
    await expect(getJson("/x")).rejects.toMatchObject({ kind: "problem", requestId: "r-9" });
    answers(() => new Response("<html>"));
    await expect(getJson("/x")).rejects.toMatchObject({ kind: "shape" });
  });

  it("passes a cancellation on as it is", async () => {
    const cancel = new AbortController();
    answers(() => Promise.reject(new DOMException("aborted", "AbortError")));
    cancel.abort();
    await expect(getJson("/x", {}, cancel.signal)).rejects.not.toBeInstanceOf(Problem);
  });
});

it("address leaves out what is not set", () => {
  expect(address("/v1/search", { q: "贵 州", limit: undefined })).toBe(
    "/v1/search?q=%E8%B4%B5+%E5%B7%9E",
  );
  expect(address("/v1/meta")).toBe("/v1/meta");
});
