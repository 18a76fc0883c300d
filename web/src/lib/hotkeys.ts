// One key stream, two meanings: "1", "2", "3" switch the period, yet "300750" is a code. A lone
// digit waits a moment; when another character follows, both go to the search box.

export interface KeyLike {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
}

export type KeyAction = { type: "search"; text: string } | { type: "period"; index: 0 | 1 | 2 };

export const loneDigitDelayMs = 320;

export class KeyStream {
  private pending: { index: 0 | 1 | 2; key: string; timer: ReturnType<typeof setTimeout> } | null =
    null;

  constructor(private readonly act: (action: KeyAction) => void) {}

  /** True when the key was taken and the browser must not handle it. */
  press(event: KeyLike): boolean {
    if (event.ctrlKey || event.metaKey || event.altKey) return false;
    const waiting = this.take();
    if (event.key === "/") {
      this.act({ type: "search", text: waiting });
      return true;
    }
    if (!/^[a-zA-Z0-9]$/.test(event.key)) return false;
    if (waiting === "" && /^[123]$/.test(event.key)) {
      this.wait(event.key);
      return true;
    }
    this.act({ type: "search", text: waiting + event.key });
    return true;
  }

  dispose(): void {
    this.take();
  }

  private wait(key: string): void {
    const index = (Number(key) - 1) as 0 | 1 | 2;
    const timer = setTimeout(() => {
      this.pending = null;
      this.act({ type: "period", index });
    }, loneDigitDelayMs);
    this.pending = { index, key, timer };
  }

  private take(): string {
    if (!this.pending) return "";
    clearTimeout(this.pending.timer);
    const { key } = this.pending;
    this.pending = null;
    return key;
  }
}
