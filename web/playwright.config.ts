import { defineConfig } from "@playwright/test";

// BASE_URL names a running server; without it the development fixture serves dist.
const port = 8612;
const fixture = `http://127.0.0.1:${port}`;
const given = process.env.BASE_URL;

export default defineConfig({
  testDir: "e2e",
  outputDir: "e2e/output",
  timeout: 30_000,
  workers: 1,
  forbidOnly: true,
  reporter: "list",
  use: {
    baseURL: given ?? fixture,
    locale: "zh-CN",
    viewport: { width: 1440, height: 900 },
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      args: [
        ...["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
        ...["--disable-background-networking", "--disable-component-update", "--disable-sync"],
      ],
    },
  },
  ...(given
    ? {}
    : {
        webServer: {
          command: `node dev/fixture_server.mjs --port ${port} --dist dist`,
          url: fixture,
          reuseExistingServer: false,
        },
      }),
});
