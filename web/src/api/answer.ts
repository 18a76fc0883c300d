// The answer shape that all data routes share: columns with rows, and the evidence for them.
import { Problem } from "./problem";

export type Cell = string | number | boolean | null;

export interface Table {
  fields: readonly string[];
  items: ReadonlyArray<readonly Cell[]>;
}

export interface Column {
  name: string;
  type: string;
  unit: string;
}

export type Completeness = "complete" | "provisional" | "partial" | "empty" | "unknown";

/** Where rows come from and how far they can be trusted. */
export interface Evidence {
  /** RFC 3339 time of the last commit that touched what was read; "" when none did. */
  asOf: string;
  dataVersion: string;
  source: string;
  simulated: boolean;
  status: Completeness;
  missing: readonly string[];
  /** Of all days; `missing` has the oldest of them. */
  missingCount: number;
  /** Days that lack rows of whatever code. */
  shortDays: number;
  columns: readonly Column[];
  /** The day whose factor 前复权 was divided by; "" when not adjusted that way. */
  anchor: string;
}

export interface Answer {
  data: Table;
  meta: Evidence;
}

type Json = Record<string, unknown>;

function object(value: unknown, what: string): Json {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new Problem("shape", `the answer has no ${what}`);
  }
  return value as Json;
}

function text(value: unknown): string {
  return value == null ? "" : String(value);
}

const statuses: readonly Completeness[] = ["complete", "provisional", "partial", "empty"];

function completeness(value: unknown): Completeness {
  // A word that this page does not know is not proof of completeness.
  return statuses.find((status) => status === value) ?? "unknown";
}

function number(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) ? value : 0;
}

function evidence(meta: Json): Evidence {
  const missing = Array.isArray(meta.missing) ? meta.missing.map(text) : [];
  const columns = Array.isArray(meta.columns) ? (meta.columns as Json[]) : [];
  return {
    asOf: text(meta.as_of),
    dataVersion: text(meta.data_version),
    source: text(meta.source),
    simulated: meta.simulated === true,
    status: completeness(meta.status),
    missing,
    missingCount: Math.max(number(meta.missing_count), missing.length),
    shortDays: number(meta.short_days),
    columns: columns.map((c) => ({ name: text(c.name), type: text(c.type), unit: text(c.unit) })),
    anchor: text(meta.anchor),
  };
}

export function parseAnswer(value: unknown): Answer {
  const answer = object(value, "object");
  const data = object(answer.data, "data");
  if (!Array.isArray(data.fields) || !Array.isArray(data.items)) {
    throw new Problem("shape", "the answer has no data.fields and data.items");
  }
  return {
    data: { fields: data.fields.map(text), items: data.items as Cell[][] },
    meta: evidence(object(answer.meta ?? {}, "meta")),
  };
}

/** Readers of one column each; a column that the answer lacks is a Problem, never undefined. */
export function columns(table: Table): (name: string) => (row: readonly Cell[]) => Cell {
  return (name) => {
    const index = table.fields.indexOf(name);
    if (index < 0) throw new Problem("shape", `the answer has no column ${name}`);
    return (row) => row[index] ?? null;
  };
}
