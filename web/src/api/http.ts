import { Problem, problemFrom } from "./problem";

const timeoutMs = 20_000;

export type Parameters = Record<string, string | undefined>;

export function address(path: string, parameters: Parameters = {}): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined) query.set(name, value);
  }
  const text = query.toString();
  return text ? `${path}?${text}` : path;
}

interface Heard {
  response: Response;
  body: string;
}

/** Head and body: either can fail to come, and both have the one deadline. */
async function ask(url: string, signal: AbortSignal | undefined): Promise<Heard> {
  const deadline = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(url, {
      headers: { Accept: "application/json" },
      signal: signal ? AbortSignal.any([signal, deadline]) : deadline,
    });
    return { response, body: await response.text() };
  } catch (error) {
    if (signal?.aborted) throw error;
    if (deadline.aborted) throw new Problem("timeout", `no answer within ${timeoutMs / 1000} s`);
    throw new Problem("network", error instanceof Error ? error.message : String(error));
  }
}

/** The parsed JSON body, or a Problem. A cancelled request rejects with the signal's reason. */
export async function getJson(
  path: string,
  parameters?: Parameters,
  signal?: AbortSignal,
): Promise<unknown> {
  const { response, body } = await ask(address(path, parameters), signal);
  const requestId = response.headers.get("X-Request-Id") ?? "";
  if (!response.ok) throw problemFrom(response.status, body, requestId);
  try {
    return JSON.parse(body) as unknown;
  } catch {
    throw new Problem("shape", "the answer is not JSON", response.status, "", requestId);
  }
}
