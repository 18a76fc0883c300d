import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { backoffMs, type EventLine, Live } from "./live";
import type { Commit } from "./status";

class Line implements EventLine {
  onopen: ((event: Event) => void) | null = null;
  onerror: ((event: Event) => void) | null = null;
  closed = false;
  private readonly handlers = new Map<string, (event: MessageEvent<string>) => void>();
  addEventListener(type: string, handler: (event: MessageEvent<string>) => void) {
    this.handlers.set(type, handler);
  }
  close() {
    this.closed = true;
  }
  send(type: string, data: string) {
    this.handlers.get(type)?.({ data } as MessageEvent<string>);
  }
}

const status = (done: number, tables: unknown[] = []) => ({
  ...{ collecting: true, run: 1, table: "daily", units_done: done, units_total: 100 },
  tables,
});

let lines: Line[];
let now: number;
let live: Live;
const line = () => lines.at(-1) as Line;

beforeEach(() => {
  vi.useFakeTimers();
  lines = [];
  now = 1_000_000;
  live = new Live({
    open: () => lines[lines.push(new Line()) - 1] as Line,
    status: () => Promise.resolve(status(1, [{ name: "daily", title: "日线行情" }])),
    random: () => 1,
    now: () => now,
  });
  live.start();
});
afterEach(() => {
  live.stop();
  vi.useRealTimers();
});

describe("Live", () => {
  it("learns the status by a question and its changes by events", async () => {
    await vi.advanceTimersByTimeAsync(0);
    expect(live.get().status?.unitsDone).toBe(1);
    line().onopen?.(new Event("open"));
    now += 5_000;
    line().send("progress", JSON.stringify(status(42)));
    expect(live.get()).toMatchObject({ connected: true, heardAt: now });
    expect(live.get().status?.unitsDone).toBe(42);
  });

  it("keeps the list of tables when an event leaves it out", async () => {
    await vi.advanceTimersByTimeAsync(0);
    line().send("progress", JSON.stringify(status(2)));
    expect(live.get().status?.tables[0]?.title).toBe("日线行情");
  });

  it("survives an event that cannot be read", async () => {
    await vi.advanceTimersByTimeAsync(0);
    line().send("progress", "{half");
    line().send("progress", '{"collecting":"maybe"}');
    expect(live.get().status?.unitsDone).toBe(1);
  });

  it("hands commits to its listeners until they leave", () => {
    const commits: Commit[] = [];
    const stop = live.onCommit((commit) => commits.push(commit));
    line().send("commit", '{"table":"daily","seq":9}');
    stop();
    line().send("commit", '{"table":"daily","seq":10}');
    expect(commits).toEqual([{ table: "daily", seq: 9 }]);
  });

  it("keeps what it knows while the line is down, and doubles the wait", async () => {
    await vi.advanceTimersByTimeAsync(0);
    line().onerror?.(new Event("error"));
    expect(line().closed).toBe(true);
    expect(live.get()).toMatchObject({ connected: false, retryAt: now + 1_000 });
    expect(live.get().status?.unitsDone).toBe(1);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(lines).toHaveLength(2);
    line().onerror?.(new Event("error"));
    expect(live.get().retryAt).toBe(now + 2_000);
    await vi.advanceTimersByTimeAsync(2_000);
    line().onopen?.(new Event("open"));
    line().onerror?.(new Event("error"));
    expect(live.get().retryAt).toBe(now + 1_000);
  });

  it("tells when the line is back, not when it opens for the first time", async () => {
    const back = vi.fn();
    live.onReconnect(back);
    line().onopen?.(new Event("open"));
    expect(back).not.toHaveBeenCalled();
    line().onerror?.(new Event("error"));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(back).not.toHaveBeenCalled();
    line().onopen?.(new Event("open"));
    expect(back).toHaveBeenCalledTimes(1);
  });

  it("connects at once when told to, with one line only", async () => {
    line().onerror?.(new Event("error"));
    live.retryNow();
    expect(lines).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(lines).toHaveLength(2);
  });
});

it("backoffMs stays between half and all of a doubling, bounded delay", () => {
  expect(backoffMs(0, 0)).toBe(500);
  expect(backoffMs(3, 1)).toBe(8_000);
  expect(backoffMs(40, 1)).toBe(30_000);
});
