import { fileURLToPath } from "node:url";
import { lingui } from "@lingui/vite-plugin";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { thirdPartyLicenses } from "./scripts/third_party_licenses.mjs";

// During development the page asks the development fixture server, or a real one named here.
const server = process.env.KANPAN_URL ?? "http://127.0.0.1:8610";

export default defineConfig({
  plugins: [
    react(),
    lingui({ macroTransform: true, failOnMissing: true, failOnCompileError: true }),
    thirdPartyLicenses(),
  ],
  resolve: { alias: { "~": fileURLToPath(new URL("src", import.meta.url)) } },
  build: { target: "es2022", sourcemap: false, reportCompressedSize: false },
  server: { host: "127.0.0.1", proxy: { "/v1": server } },
  test: { include: ["src/**/*.test.ts", "scripts/**/*.test.mjs"], environment: "node" },
});
