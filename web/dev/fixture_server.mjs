// DEVELOPMENT ONLY. Serves the routes that the page asks for from invented bars, so that the page
// can be worked on without the real program. Never part of dist.
//
//   node dev/fixture_server.mjs [--port 8610] [--dist dist]
//
// 600404.SH has no bars, 600422.SH no adjustment factor, 600500.SH answers with an error, the last
// day of 600206.SH is partial.
import { createReadStream, existsSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { parseArgs } from "node:util";
import { adjusted, barsOf, grouped, stocks } from "./invented_market.mjs";

const { values: options } = parseArgs({
  options: { port: { type: "string", default: "8610" }, dist: { type: "string" } },
});

const version = "41287";
const started = Date.now();
let requests = 0;

class Refusal extends Error {
  constructor(status, code, title, detail, errors = []) {
    super(detail);
    Object.assign(this, { status, code, title, errors });
  }
}

function evidence(columns, extra = {}) {
  return {
    as_of: "2026-11-20T08:12:03Z",
    data_version: Number(version),
    source: "sim",
    simulated: true,
    status: "complete",
    missing: [],
    missing_count: 0,
    short_days: 0,
    tier: "hot",
    columns,
    ...extra,
  };
}

function answer(fields, items, units = {}, extra = {}) {
  const columns = fields.map((name) => ({ name, type: "", unit: units[name] ?? "" }));
  const page = { next_cursor: null, limit: items.length };
  return { data: { fields, items }, page, meta: evidence(columns, extra) };
}

function search(query) {
  const q = (query.get("q") ?? "").toLowerCase();
  if (q === "") throw new Refusal(400, "usage", "wrong parameter", "q is empty");
  const met = (s) => [s.code.toLowerCase(), s.name, s.pinyin].some((text) => text.includes(q));
  const items = stocks.filter(met).map((s) => [s.code, s.name, s.pinyin, s.market, s.status]);
  return answer(["ts_code", "name", "cnspell", "market", "list_status"], items.slice(0, 20));
}

function bars(code, query) {
  const stock = stocks.find((s) => s.code === code);
  if (code === "600500.SH")
    throw new Refusal(503, "failed", "the store is not ready", "rebuilding");
  if (!stock || code === "600404.SH") {
    throw new Refusal(404, "not_found", "no bars", `no bars of ${code}`);
  }
  const adj = query.get("adj") ?? "none";
  if (code === "600422.SH" && adj !== "none") {
    const detail = "600422.SH has no adjustment factor on 2026-11-19 and 3 more days";
    throw new Refusal(422, "quality", "adjustment factor missing", detail);
  }
  const freq = query.get("freq") ?? "D";
  const whole = grouped(barsOf(stock), freq);
  const [start, end] = [query.get("start"), query.get("end")];
  const inRange = (bar) => (!start || bar.day >= start) && (!end || bar.day <= end);
  const chosen = start || end ? whole.filter(inRange) : whole.slice(-250);
  const anchor = query.get("anchor") ?? chosen.at(-1)?.day;
  const rows = adjusted(chosen, adj, whole.find((bar) => bar.day === anchor)?.factor);
  const partial = code === "600206.SH" && !end;
  return answer(
    [
      ...["trade_date", "open", "high", "low", "close", "pre_close", "change", "pct_chg"],
      ...["vol", "amount", "adj_factor"],
    ],
    rows,
    { open: "元", close: "元", pct_chg: "%", vol: "股", amount: "元" },
    partial
      ? {
          status: "partial",
          missing: ["2026-11-17: no row of 600206.SH", "2026-11-18: no row of 600206.SH"],
          missing_count: 3,
          short_days: 5,
        }
      : {},
  );
}

function status() {
  const seconds = (Date.now() - started) / 1000;
  const total = 1200;
  const done = Math.min(total, Math.round(seconds * 20));
  const collecting = done < total;
  const table = (name, title, share) => ({
    name,
    title,
    state: share === 0 ? "empty" : share < 1 ? "collecting" : "held",
    rows: Math.round(share * 1_250_000),
    last_day: share > 0 ? "2026-11-20" : "",
    next_run: "2026-11-23T16:10:00+08:00",
  });
  const share = done / total;
  return {
    collecting,
    run: 3,
    table: collecting ? "daily" : "",
    units_done: done,
    units_total: total,
    rows: done * 5_300,
    rows_per_second: 106_000,
    calls_left: 100_000 - done,
    eta_seconds: (total - done) / 20,
    tables: [
      table("trade_cal", "交易日历", 1),
      table("stock_basic", "股票列表", 1),
      table("daily", "日线行情", share),
      table("adj_factor", "复权因子", collecting ? 0 : 1),
    ],
  };
}

function events(request, response) {
  response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
  response.write(": hello\n\n");
  let seq = Number(version);
  const timer = setInterval(() => {
    const now = status();
    response.write(`event: progress\ndata: ${JSON.stringify(now)}\n\n`);
    const commit = { table: "daily", seq: ++seq };
    if (now.collecting) response.write(`event: commit\ndata: ${JSON.stringify(commit)}\n\n`);
  }, 1000);
  request.on("close", () => clearInterval(timer));
}

function route(path, query) {
  if (path === "/v1/meta") return { name: "kanpan", version: "0.1.0", simulated: true };
  if (path === "/v1/status") return status();
  if (path === "/healthz/data") return { data: { tables: [{ table: "daily", state: "fresh" }] } };
  if (path === "/v1/search") return search(query);
  if (path === "/v1/tables/daily/rows") return answer(["ts_code"], [[stocks[0].code]]);
  const code = /^\/v1\/bars\/([^/]+)$/.exec(path)?.[1];
  if (code) return bars(decodeURIComponent(code), query);
  throw new Refusal(404, "not_found", "no such route", `no route ${path}`);
}

const types = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
};

function file(path, response) {
  const wanted = join(options.dist, normalize(path));
  const found = existsSync(wanted) && statSync(wanted).isFile();
  const name = found ? wanted : join(options.dist, "index.html");
  response.writeHead(200, { "Content-Type": types[extname(name)] ?? "application/octet-stream" });
  createReadStream(name).pipe(response);
}

createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://fixture");
  if (pathname === "/v1/events") return events(request, response);
  if (!pathname.startsWith("/v1/") && options.dist) return file(pathname, response);
  const id = `dev-${++requests}`;
  const send = (code, type, body) => {
    response.writeHead(code, { "Content-Type": type, "X-Request-Id": id });
    response.end(JSON.stringify(body));
  };
  try {
    send(200, "application/json", route(pathname, searchParams));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { status: code, code: name, title, message: detail, errors } = error;
    const problem = { type: "about:blank", title, status: code, detail, code: name, errors };
    send(code, "application/problem+json", { ...problem, request_id: id });
  }
}).listen(Number(options.port), "127.0.0.1", () => {
  console.log(`development fixture on http://127.0.0.1:${options.port}`);
});
