// Every way in which a question to the server can fail, as one error type.

export interface FieldError {
  field: string;
  value: string;
  reason: string;
  hint: string;
}

/**
 * network: no answer (server down, offline). timeout: none in time. problem: the server said no.
 * shape: an answer that this page cannot read.
 */
export type ProblemKind = "network" | "timeout" | "problem" | "shape";

export class Problem extends Error {
  override readonly name = "Problem";

  constructor(
    readonly kind: ProblemKind,
    /** The server's sentence, or the browser's. */
    readonly detail: string,
    readonly status = 0,
    /** Stable name of the server's error: "quality", "not_found", "usage". */
    readonly code = "",
    readonly requestId = "",
    readonly errors: readonly FieldError[] = [],
    /** What a person can do about it; "" when the server knows nothing. */
    readonly hint = "",
  ) {
    super(detail);
  }

  /** Whether asking again can help without anything else changing. */
  get transient(): boolean {
    return this.kind === "network" || this.kind === "timeout" || this.status >= 500;
  }
}

function text(value: unknown): string {
  return typeof value === "string" ? value : value == null ? "" : String(value);
}

/** From the body of a non-2xx answer; works for bodies that are no problem+json too. */
export function problemFrom(status: number, body: string, requestId: string): Problem {
  let value: Record<string, unknown> = {};
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed === "object" && parsed !== null) value = parsed as Record<string, unknown>;
  } catch {
    // Not JSON (a proxy's page, say): the status has to do.
  }
  const errors = Array.isArray(value.errors) ? value.errors : [];
  return new Problem(
    "problem",
    text(value.detail) || text(value.title) || `HTTP ${status}`,
    status,
    text(value.code),
    text(value.request_id) || requestId,
    errors.map((e: Record<string, unknown> | null) => ({
      field: text(e?.field),
      value: text(e?.value),
      reason: text(e?.reason),
      hint: text(e?.did_you_mean ?? e?.hint),
    })),
    text(value.hint),
  );
}
