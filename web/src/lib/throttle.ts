/**
 * Runs `work` at once, then at most once per `intervalMs`; calls in between lead to one run at the
 * interval's end. During a first collection commits come many times a second.
 */
export function throttle(work: () => void, intervalMs: number): { call(): void; cancel(): void } {
  let timer: ReturnType<typeof setTimeout> | null = null;
  let again = false;
  const run = () => {
    again = false;
    work();
    timer = setTimeout(() => {
      timer = null;
      if (again) run();
    }, intervalMs);
  };
  return {
    call() {
      if (timer === null) run();
      else again = true;
    },
    cancel() {
      if (timer !== null) clearTimeout(timer);
      timer = null;
      again = false;
    },
  };
}
