// Sizes of what a browser downloads, against their budgets. Run after a build.
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";

/** Kilobytes of 1,000 bytes, gzip -9. `initial`: what the first view of a chart needs. */
export const budgets = { initial: 220, chart: 75, style: 25 };

const assets = (html) =>
  [...html.matchAll(/(?:src|href)="\/([^"]+\.(?:js|css))"/g)].map((m) => m[1]);

/** Names of files and their sizes → { group: kilobytes }. The chart is part of the first view. */
export function group(html, names, size) {
  const first = new Set(assets(html));
  const charts = names.filter((n) => /KlineChart.*\.js$/.test(n) && !first.has(n));
  const scripts = [...first].filter((n) => n.endsWith(".js"));
  const sum = (list) => list.reduce((total, name) => total + size(name), 0) / 1000;
  return {
    initial: sum([...scripts, ...charts]),
    chart: sum(charts),
    style: sum([...first].filter((n) => n.endsWith(".css"))),
  };
}

/** One sentence for each budget that is exceeded. */
export function faults(sizes, limits = budgets) {
  return Object.entries(limits)
    .filter(([name, limit]) => sizes[name] > limit)
    .map(([name, limit]) => `${name}: ${sizes[name].toFixed(1)} kB gzip, budget ${limit} kB`);
}

function main() {
  const dist = resolve(import.meta.dirname, "../dist");
  const names = readdirSync(dist, { recursive: true }).map(String);
  const gzip = (name) => gzipSync(readFileSync(join(dist, name)), { level: 9 }).length;
  const sizes = group(readFileSync(join(dist, "index.html"), "utf8"), names, gzip);
  for (const [name, size] of Object.entries(sizes)) {
    console.log(`${name.padEnd(8)} ${size.toFixed(1).padStart(7)} kB gzip of ${budgets[name]}`);
  }
  const found = faults(sizes);
  for (const fault of found) console.error(`over budget: ${fault}`);
  process.exitCode = found.length > 0 ? 1 : 0;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) main();
