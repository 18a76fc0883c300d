// Exchange days as ISO text ("2026-11-20"). Text order is time order.

/** Accepts "20261120" and "2026-11-20"; null for anything else. */
export function isoDay(text: string): string | null {
  const match = /^(\d{4})-?(\d{2})-?(\d{2})$/.exec(text);
  return match ? `${match[1]}-${match[2]}-${match[3]}` : null;
}

/** Midnight UTC of the day, in milliseconds: the chart's time axis runs in UTC. */
export function dayTimestamp(day: string): number {
  return Date.parse(`${day}T00:00:00Z`);
}

export function dayOf(timestamp: number): string {
  return new Date(timestamp).toISOString().slice(0, 10);
}

export function previousDay(day: string): string {
  return dayOf(dayTimestamp(day) - 86_400_000);
}

/** The Monday of the day's week (ISO weeks, as the server's weekly bars). */
export function mondayOf(day: string): string {
  const timestamp = dayTimestamp(day);
  const sinceMonday = (new Date(timestamp).getUTCDay() + 6) % 7;
  return dayOf(timestamp - sinceMonday * 86_400_000);
}

export function firstOfMonth(day: string): string {
  return `${day.slice(0, 8)}01`;
}

/** The same day `months` months earlier; the month's last day where it has no such day. */
export function monthsBefore(day: string, months: number): string {
  const date = new Date(dayTimestamp(day));
  const wanted = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() - months + 1);
  date.setUTCDate(0);
  date.setUTCDate(Math.min(wanted, date.getUTCDate()));
  return date.toISOString().slice(0, 10);
}
