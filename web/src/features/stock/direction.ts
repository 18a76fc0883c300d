/** How a change is shown: by colour and by sign, never by colour alone. */
export function direction(change: number | null | undefined): { className: string; arrow: string } {
  if (!change) return { className: "flat", arrow: "" };
  return change > 0 ? { className: "up", arrow: "▲" } : { className: "down", arrow: "▼" };
}
