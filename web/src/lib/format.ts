// Numbers and days as people read them. Null is "-", never 0.

export type Locale = "zh" | "en";

const nothing = "-";

export function fixed(value: number | null | undefined, digits = 2): string {
  return value == null || !Number.isFinite(value) ? nothing : value.toFixed(digits);
}

/** With an explicit sign, so that colour is never the only cue. */
export function signed(value: number | null | undefined, digits = 2): string {
  if (value == null || !Number.isFinite(value)) return nothing;
  const text = Math.abs(value).toFixed(digits);
  if (Number(text) === 0) return text;
  return (value > 0 ? "+" : "-") + text;
}

export function percent(value: number | null | undefined): string {
  return value == null || !Number.isFinite(value) ? nothing : `${signed(value)}%`;
}

const scales: Record<Locale, ReadonlyArray<readonly [number, string]>> = {
  zh: [
    [1e12, "万亿"],
    [1e8, "亿"],
    [1e4, "万"],
  ],
  en: [
    [1e12, "T"],
    [1e9, "B"],
    [1e6, "M"],
    [1e3, "K"],
  ],
};

/** 123456789 → "1.23亿" or "123.46M". */
export function large(value: number | null | undefined, locale: Locale): string {
  if (value == null || !Number.isFinite(value)) return nothing;
  for (const [size, name] of scales[locale]) {
    if (Math.abs(value) >= size) return (value / size).toFixed(2) + name;
  }
  return Number.isInteger(value) ? String(value) : value.toFixed(2);
}

/** As `large`, without zeros that say nothing: for axis ticks. */
export function tick(value: number, locale: Locale): string {
  return large(value, locale).replace(/\.(\d*?)0+(?=\D*$)/, (_, digits) => digits && `.${digits}`);
}

export function count(value: number | null | undefined): string {
  return value == null || !Number.isFinite(value) ? nothing : value.toLocaleString("en-US");
}

const weekdays: Record<Locale, readonly string[]> = {
  zh: ["周日", "周一", "周二", "周三", "周四", "周五", "周六"],
  en: ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"],
};

/** "2026-11-20" → "2026-11-20 周五". */
export function dayWithWeekday(day: string, locale: Locale): string {
  const name = weekdays[locale][new Date(`${day}T00:00:00Z`).getUTCDay()];
  return name === undefined ? day : `${day} ${name}`;
}

/** An RFC 3339 time as the exchange's clock shows it: "2026-11-20 16:12:03". */
export function exchangeTime(rfc3339: string): string {
  const time = new Date(rfc3339);
  if (Number.isNaN(time.getTime())) return rfc3339 || nothing;
  return time.toLocaleString("sv-SE", { timeZone: "Asia/Shanghai" });
}

/** The time of day of a moment on this machine: "10:21:37". */
export function clockTime(moment: number): string {
  return new Date(moment).toLocaleTimeString("sv-SE");
}

/** Seconds as "45 秒", "3 分 20 秒", "2 小时 5 分". */
export function duration(seconds: number | null | undefined, locale: Locale): string {
  if (seconds == null || !Number.isFinite(seconds)) return nothing;
  const s = Math.max(0, Math.round(seconds));
  const [hour, minute, second] = locale === "zh" ? ["小时", "分", "秒"] : ["h", "min", "s"];
  if (s < 60) return `${s} ${second}`;
  const minutes = Math.floor(s / 60);
  if (minutes < 60)
    return s % 60 ? `${minutes} ${minute} ${s % 60} ${second}` : `${minutes} ${minute}`;
  const hours = Math.floor(minutes / 60);
  return minutes % 60 ? `${hours} ${hour} ${minutes % 60} ${minute}` : `${hours} ${hour}`;
}

const markets: Record<string, string> = {
  主板: "Main",
  中小板: "SME",
  创业板: "ChiNext",
  科创板: "STAR",
  北交所: "BSE",
};

/** A board's name; as the source writes it where no English one is known. */
export function marketName(market: string, locale: Locale): string {
  return locale === "en" ? (markets[market] ?? market) : market;
}
