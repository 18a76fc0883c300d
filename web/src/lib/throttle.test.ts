import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { throttle } from "./throttle";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

it("runs at once, and once more for all calls in the interval", () => {
  const work = vi.fn();
  const { call } = throttle(work, 1000);
  call();
  expect(work).toHaveBeenCalledTimes(1);
  for (let i = 0; i < 50; i++) call();
  vi.advanceTimersByTime(999);
  expect(work).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(1);
  expect(work).toHaveBeenCalledTimes(2);
  vi.advanceTimersByTime(5000);
  expect(work).toHaveBeenCalledTimes(2);
});

it("does nothing more once cancelled", () => {
  const work = vi.fn();
  const { call, cancel } = throttle(work, 1000);
  call();
  call();
  cancel();
  vi.advanceTimersByTime(5000);
  expect(work).toHaveBeenCalledTimes(1);
});
