// What the server is collecting, as /v1/status tells it and /v1/events pushes it.
import { isoDay } from "~/lib/days";
import { Problem } from "./problem";

export interface TableStatus {
  name: string;
  title: string;
  state: string;
  rows: number | null;
  /** Rows and pages in quarantine; null when the server does not know. */
  quarantined: number | null;
  /** The newest day that is complete; "" for none. */
  lastDay: string;
  nextRun: string;
  /** When the last collection by schedule that was done began; "" for none. */
  lastSuccess: string;
  /** Why the last one failed; "" when it was done. */
  lastError: string;
}

export interface Status {
  collecting: boolean;
  table: string;
  unitsDone: number | null;
  unitsTotal: number | null;
  rows: number | null;
  rowsPerSecond: number | null;
  callsLeft: number | null;
  etaSeconds: number | null;
  tables: readonly TableStatus[];
}

export interface Commit {
  table: string;
  seq: number;
}

type Json = Record<string, unknown>;

function number(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

function text(value: unknown): string {
  return value == null ? "" : String(value);
}

function tableStatus(value: Json): TableStatus {
  return {
    name: text(value.name),
    title: text(value.title),
    state: text(value.state),
    rows: number(value.rows),
    quarantined: number(value.quarantined),
    lastDay: isoDay(text(value.last_day)) ?? text(value.last_day),
    nextRun: text(value.next_run),
    lastSuccess: text(value.last_success),
    lastError: text(value.last_error),
  };
}

export function parseStatus(value: unknown): Status {
  const outer = value as Json | null;
  const status = (typeof outer?.data === "object" ? outer.data : outer) as Json | null;
  if (typeof status !== "object" || typeof status?.collecting !== "boolean") {
    throw new Problem("shape", "the status says not whether it is collecting");
  }
  return {
    collecting: status.collecting,
    table: text(status.table),
    unitsDone: number(status.units_done),
    unitsTotal: number(status.units_total),
    rows: number(status.rows),
    rowsPerSecond: number(status.rows_per_second),
    callsLeft: number(status.calls_left),
    etaSeconds: number(status.eta_seconds),
    tables: Array.isArray(status.tables) ? status.tables.map(tableStatus) : [],
  };
}

/** A pushed object may leave out `tables`; the last known list then stays. */
export function mergeStatus(last: Status | null, next: Status): Status {
  return next.tables.length === 0 && last ? { ...next, tables: last.tables } : next;
}

/** The tables, or those of `names`, whose last collection by schedule failed. */
export function failedTables(
  status: Status | null,
  names?: readonly string[],
): readonly TableStatus[] {
  const tables = status?.tables ?? [];
  return tables.filter((t) => t.lastError !== "" && (!names || names.includes(t.name)));
}

/** What the charts are made of. */
export const chartTable = "daily";

/** The day up to which the chart's bars are all there; "" while there is none. */
export function chartDay(status: Status | null): string {
  return status?.tables.find((table) => table.name === chartTable)?.lastDay ?? "";
}

export function parseCommit(value: unknown): Commit {
  const commit = value as Json | null;
  return { table: text(commit?.table), seq: number(commit?.seq) ?? 0 };
}

/** Done share 0…1 of the running collection; null when the total is not known. */
export function doneShare(status: Status): number | null {
  if (!status.unitsTotal || status.unitsDone === null) return null;
  return Math.min(1, status.unitsDone / status.unitsTotal);
}
