// The live line to the server: status now, its changes by server-sent events, reconnect with
// back-off. What is known stays known while the line is down, with the time it was learnt.
import { getJson } from "./http";
import { type Commit, mergeStatus, parseCommit, parseStatus, type Status } from "./status";

export interface LiveState {
  status: Status | null;
  /** Milliseconds since the epoch of the last word from the server; 0 before the first. */
  heardAt: number;
  connected: boolean;
  /** When the next attempt is due, while disconnected; 0 otherwise. */
  retryAt: number;
}

/** The part of EventSource that is used; tests bring their own. */
export interface EventLine {
  addEventListener(type: string, listener: (event: MessageEvent<string>) => void): void;
  onopen: ((event: Event) => void) | null;
  onerror: ((event: Event) => void) | null;
  close(): void;
}

export interface LiveParts {
  open(url: string): EventLine;
  status(): Promise<unknown>;
  random(): number;
  now(): number;
}

const browserParts: LiveParts = {
  open: (url) => new EventSource(url),
  status: () => getJson("/v1/status"),
  random: Math.random,
  now: Date.now,
};

const firstDelayMs = 1_000;
const longestDelayMs = 30_000;

/** Full jitter between half and all of a doubling delay. */
export function backoffMs(attempt: number, random: number): number {
  const ceiling = Math.min(longestDelayMs, firstDelayMs * 2 ** attempt);
  return Math.round(ceiling * (0.5 + random / 2));
}

export class Live {
  private state: LiveState = { status: null, heardAt: 0, connected: false, retryAt: 0 };
  private readonly listeners = new Set<() => void>();
  private readonly commitListeners = new Set<(commit: Commit) => void>();
  private readonly reconnectListeners = new Set<() => void>();
  /** An attempt failed or was cut short since the line was last open. */
  private interrupted = false;
  private line: EventLine | null = null;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private attempt = 0;

  constructor(private readonly parts: LiveParts = browserParts) {}

  readonly get = (): LiveState => this.state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  onCommit(listener: (commit: Commit) => void): () => void {
    this.commitListeners.add(listener);
    return () => this.commitListeners.delete(listener);
  }

  /** The line is open again after it was down: what was asked or pushed meanwhile may be lost. */
  onReconnect(listener: () => void): () => void {
    this.reconnectListeners.add(listener);
    return () => this.reconnectListeners.delete(listener);
  }

  start(): void {
    if (this.line || this.timer) return;
    this.connect();
  }

  stop(): void {
    this.line?.close();
    this.line = null;
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
  }

  /** Tries at once, whatever the back-off says (the browser came online, a person asked). */
  retryNow(): void {
    if (this.state.connected) return;
    this.interrupted = true;
    this.stop();
    this.connect();
  }

  private connect(): void {
    this.timer = null;
    void this.refresh();
    const line = this.parts.open("/v1/events");
    this.line = line;
    line.onopen = () => this.opened();
    line.onerror = () => this.lost(line);
    line.addEventListener("progress", (event) => this.heard(event.data));
    line.addEventListener("commit", (event) => {
      const commit = parseJson(event.data, parseCommit);
      if (!commit) return;
      this.change({ heardAt: this.parts.now() });
      for (const listener of this.commitListeners) listener(commit);
    });
  }

  private opened(): void {
    const again = this.interrupted;
    this.interrupted = false;
    this.attempt = 0;
    this.change({ connected: true, retryAt: 0 });
    if (again) for (const listener of this.reconnectListeners) listener();
  }

  private lost(line: EventLine): void {
    if (this.line !== line) return;
    this.interrupted = true;
    line.close();
    this.line = null;
    const delay = backoffMs(this.attempt++, this.parts.random());
    this.timer = setTimeout(() => this.connect(), delay);
    this.change({ connected: false, retryAt: this.parts.now() + delay });
  }

  private async refresh(): Promise<void> {
    try {
      this.learn(parseStatus(await this.parts.status()));
    } catch {
      // The event line reports the same outage and schedules the next attempt.
    }
  }

  private heard(data: string): void {
    const status = parseJson(data, parseStatus);
    if (status) this.learn(status);
  }

  private learn(status: Status): void {
    const merged = mergeStatus(this.state.status, status);
    this.change({ status: merged, heardAt: this.parts.now() });
  }

  private change(part: Partial<LiveState>): void {
    this.state = { ...this.state, ...part };
    for (const listener of this.listeners) listener();
  }
}

/** Null for a line that cannot be read: one bad event must not end the stream. */
function parseJson<T>(data: string, parse: (value: unknown) => T): T | null {
  try {
    return parse(JSON.parse(data));
  } catch {
    return null;
  }
}
