/** Mean close of the `length` bars that end at `index`; null while there are too few. */
export function average(
  bars: ReadonlyArray<{ close: number }>,
  index: number,
  length: number,
): number | null {
  if (index < length - 1 || index >= bars.length) return null;
  const window = bars.slice(index - length + 1, index + 1);
  return window.reduce((sum, bar) => sum + bar.close, 0) / length;
}
