// Guards that the linter does not know: folder ranks, import cycles, colours outside the tokens.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";

/** A folder may import itself and what stands before it. Features never import each other. */
export const ranks = ["locales", "lib", "api", "charts", "ui", "features", "app"];

const importPattern = /(?:from\s+|import\s*\(\s*|import\s+)["']([^"']+)["']/g;
const colourPattern = /#[0-9a-fA-F]{3,8}\b|\b(?:rgba?|hsla?)\(/;

function target(file, specifier, files) {
  const base = specifier.startsWith("~/")
    ? specifier.slice(2)
    : specifier.startsWith(".")
      ? join(dirname(file), specifier)
      : null;
  if (base === null || base.startsWith("..")) return null;
  const names = [base, `${base}.ts`, `${base}.tsx`];
  return names.find((name) => files.has(name)) ?? base;
}

function rankFault(file, to) {
  const [from, into] = [file.split("/"), to.split("/")];
  const [a, b] = [ranks.indexOf(from[0]), ranks.indexOf(into[0])];
  if (a < 0) return `${file}: folder ${from[0]} has no rank`;
  if (b < 0) return `${file}: imports ${to}, a folder without a rank`;
  if (b > a) return `${file}: ${from[0]} must not import ${into[0]} (${to})`;
  if (from[0] === "features" && into[0] === "features" && from[1] !== into[1]) {
    return `${file}: feature ${from[1]} must not import feature ${into[1]} (${to})`;
  }
  return null;
}

function cycle(graph) {
  const state = new Map();
  const path = [];
  const visit = (node) => {
    if (state.get(node) === "done") return null;
    if (state.get(node) === "open") return [...path.slice(path.indexOf(node)), node];
    state.set(node, "open");
    path.push(node);
    for (const next of graph.get(node) ?? []) {
      const found = visit(next);
      if (found) return found;
    }
    path.pop();
    state.set(node, "done");
    return null;
  };
  for (const node of graph.keys()) {
    const found = visit(node);
    if (found) return `import cycle: ${found.join(" → ")}`;
  }
  return null;
}

/** @param {Map<string, string>} files path below src → text; one sentence per fault. */
export function faults(files) {
  const found = [];
  const graph = new Map();
  for (const [file, text] of files) {
    const edges = [];
    for (const [, specifier] of text.matchAll(importPattern)) {
      if (/^react(-dom)?($|\/)/.test(specifier) && /^(lib|api)\//.test(file)) {
        found.push(`${file}: ${file.split("/")[0]} must not import ${specifier}`);
      }
      const to = target(file, specifier, files);
      if (to === null) continue;
      const fault = rankFault(file, to);
      if (fault) found.push(fault);
      edges.push(to);
    }
    graph.set(file, edges);
    text.split("\n").forEach((line, i) => {
      if (colourPattern.test(line)) found.push(`${file}:${i + 1}: colour outside tokens.css`);
    });
  }
  const loop = cycle(graph);
  return loop ? [...found, loop] : found;
}

function main() {
  const root = resolve(import.meta.dirname, "../src");
  const names = readdirSync(root, { recursive: true }).map(String);
  const files = new Map();
  for (const name of names) {
    const path = join(root, name);
    if (/\.tsx?$/.test(name) && existsSync(path)) {
      files.set(relative(root, path), readFileSync(path, "utf8"));
    }
  }
  const found = faults(files);
  for (const fault of found) console.error(fault);
  console.log(`${files.size} files, ${found.length} faults`);
  process.exitCode = found.length > 0 ? 1 : 0;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) main();
