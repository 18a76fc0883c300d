// A Vite plugin: writes third-party-licenses.txt with the licence and notice of every package that
// ends up in the page. Fails the build for a package that has none.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const marker = "/node_modules/";

/** Folder of the package that a module belongs to; null for the page's own modules. */
export function packageFolder(moduleId) {
  const id = moduleId.replace(/^\0/, "").split("?")[0];
  const at = id.lastIndexOf(marker);
  if (at < 0) return null;
  const parts = id.slice(at + marker.length).split("/");
  const name = parts[0].startsWith("@") ? parts.slice(0, 2) : parts.slice(0, 1);
  return id.slice(0, at + marker.length) + name.join("/");
}

/** @param {string} folder */
function entry(folder) {
  const about = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const files = readdirSync(folder).filter((f) => /^(licen[cs]e|notice|copying)(\.|$)/i.test(f));
  const extra = join(folder, "licenses");
  const texts = files.filter((f) => /\.(md|txt)$|^[^.]+$/.test(f)).map((f) => join(folder, f));
  if (existsSync(extra)) texts.push(...readdirSync(extra).map((f) => join(extra, f)));
  if (!about.license && texts.length === 0) throw new Error(`${about.name} has no licence`);
  const title = `${about.name} ${about.version} (${about.license})`;
  const body = texts.map((f) => readFileSync(f, "utf8").trim()).join("\n\n");
  return { name: about.name, text: `${title}\n${"-".repeat(title.length)}\n\n${body}\n` };
}

export function thirdPartyLicenses() {
  return {
    name: "third-party-licenses",
    apply: "build",
    generateBundle(_options, bundle) {
      const folders = new Set();
      for (const chunk of Object.values(bundle)) {
        if (chunk.type !== "chunk") continue;
        for (const id of chunk.moduleIds) folders.add(packageFolder(id));
      }
      folders.delete(null);
      const entries = [...folders].map(entry).sort((a, b) => a.name.localeCompare(b.name));
      const source = entries.map((e) => e.text).join("\n\n");
      this.emitFile({ type: "asset", fileName: "third-party-licenses.txt", source });
    },
  };
}
