import { defineConfig } from "@lingui/cli";

export default defineConfig({
  sourceLocale: "zh",
  locales: ["zh", "en"],
  catalogs: [{ path: "src/locales/{locale}", include: ["src"] }],
});
