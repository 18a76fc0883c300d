// DEVELOPMENT ONLY. Invented stocks and bars: a seeded random walk with yearly dividends.

const row = (code, name, pinyin, market, years, status = "L") => ({
  code,
  name,
  pinyin,
  market,
  years,
  status,
});

export const stocks = [
  row("600000.SH", "浦江银行", "pjyh", "主板", 24),
  row("600206.SH", "缺日科技", "qrkj", "主板", 10),
  row("600404.SH", "待采股份", "dcgf", "主板", 1),
  row("600422.SH", "无因子药业", "wyzyy", "主板", 6),
  row("600500.SH", "重建中化", "cjzh", "主板", 6),
  row("600519.SH", "贵山酒业", "gsjy", "主板", 22),
  row("000001.SZ", "平海银行", "phyh", "主板", 33),
  row("000858.SZ", "五梁酒", "wlj", "主板", 26),
  row("300750.SZ", "宁海时代", "nhsd", "创业板", 8),
  row("688981.SH", "中芯集成", "zxjc", "科创板", 6),
  row("830799.BJ", "艾融数科", "arsk", "北交所", 5),
  row("600001.SH", "退市钢铁", "tsgt", "主板", 12, "D"),
];

const lastDay = Date.UTC(2026, 10, 20);
const dayMs = 86_400_000;

function random(seed) {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const cents = (value) => Math.round(value * 100) / 100;
const known = new Map();

/** Raw daily bars, oldest first, with the adjustment factor of each day. */
export function barsOf(stock) {
  const found = known.get(stock.code);
  if (found) return found;
  const next = random(Number(stock.code.slice(0, 6)) + 7);
  const result = [];
  let close = 10 + next() * 30;
  let factor = 1;
  for (let t = lastDay - stock.years * 365 * dayMs; t <= lastDay; t += dayMs) {
    const date = new Date(t);
    if (date.getUTCDay() % 6 === 0) continue;
    const day = date.toISOString().slice(0, 10);
    let before = close;
    if (day.slice(5) === "07-08") {
      factor *= 1.06;
      before = cents(close / 1.06);
    }
    const limit = (share) => Math.max(-0.1, Math.min(0.1, share));
    const open = cents(before * (1 + limit((next() - 0.5) * 0.02)));
    close = cents(Math.max(1, before * (1 + limit((next() - 0.492) * 0.05))));
    const high = cents(Math.max(open, close) * (1 + next() * 0.012));
    const low = cents(Math.min(open, close) * (1 - next() * 0.012));
    const volume = Math.round((0.4 + next() + Math.abs(close / before - 1) * 20) * 3e7);
    result.push({ day, open, high, low, close, before, volume, amount: volume * close, factor });
  }
  known.set(stock.code, result);
  return result;
}

function period(day, freq) {
  if (freq === "M") return day.slice(0, 7);
  const date = new Date(`${day}T00:00:00Z`);
  return Math.floor((date.getTime() / dayMs + 3) / 7);
}

/** Weekly and monthly bars carry the period's last day. */
export function grouped(daily, freq) {
  if (freq === "D") return daily;
  const result = [];
  let current = null;
  for (const bar of daily) {
    const key = period(bar.day, freq);
    if (current?.key !== key) {
      current = { ...bar, key };
      result.push(current);
      continue;
    }
    const { high, low } = current;
    Object.assign(current, {
      ...{ day: bar.day, close: bar.close, factor: bar.factor },
      ...{ high: Math.max(high, bar.high), low: Math.min(low, bar.low) },
      ...{ volume: current.volume + bar.volume, amount: current.amount + bar.amount },
    });
  }
  return result;
}

/** Rows in the order of the API's fields. */
export function adjusted(bars, adj, anchorFactor) {
  return bars.map((b) => {
    const scale = adj === "none" ? 1 : adj === "hfq" ? b.factor : b.factor / (anchorFactor ?? 1);
    const [open, high, low, close, before] = [b.open, b.high, b.low, b.close, b.before].map((p) =>
      cents(p * scale),
    );
    const change = cents(close - before);
    const share = Math.round((close / before - 1) * 1e4) / 100;
    const date = b.day;
    return [date, open, high, low, close, before, change, share, b.volume, b.amount, b.factor];
  });
}
