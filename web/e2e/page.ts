// What the browser tests share: a page whose console, requests and layout shifts are watched.
import { test as base, expect, type Page, type Route } from "@playwright/test";

export interface Stock {
  code: string;
  name: string;
  pinyin: string;
}

interface Fixtures {
  stock: Stock;
  /** Messages of the console that are errors; refused requests that a test provokes are its own. */
  complaints: string[];
}

export const test = base.extend<Fixtures>({
  stock: async ({ request }, use) => {
    const rows = await (await request.get("/v1/tables/daily/rows?fields=ts_code&limit=1")).json();
    const code = String(rows.data.items[0][0]);
    const found = await (await request.get(`/v1/search?q=${code}`)).json();
    const fields: string[] = found.data.fields;
    const at = (name: string) => String(found.data.items[0][fields.indexOf(name)]);
    await use({ code, name: at("name"), pinyin: at("cnspell") });
  },
  complaints: async ({ page }, use) => {
    const complaints: string[] = [];
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error") complaints.push(message.text());
    });
    await use(complaints);
  },
});

export { expect };

export const search = (page: Page) => page.getByRole("combobox", { name: "搜索股票" });
export const evidence = (page: Page) => page.getByRole("region", { name: "数据证据" });
export const legend = (page: Page) => page.getByTestId("legend");
export const chart = (page: Page) => page.getByRole("application");

/** Opens a stock and waits until its bars are told about. */
export async function open(page: Page, code: string, query = ""): Promise<void> {
  await page.goto(`/s/${code}${query}`);
  await expect(legend(page)).toContainText(/\d{4}-\d\d-\d\d/);
  await expect(chart(page)).toBeVisible();
}

/** Refuses a request as the server would. */
export function refuse(status: number, code: string, detail: string) {
  return (route: Route) =>
    route.fulfill({
      status,
      contentType: "application/problem+json",
      body: JSON.stringify({ title: code, status, detail, code, request_id: "r-e2e" }),
    });
}

/** Holds the page's event line; the returned function sends one commit of `daily`, then it is gone. */
export async function commitLater(page: Page): Promise<() => void> {
  let send = () => {};
  const asked = new Promise<void>((resolve) => {
    send = resolve;
  });
  let sent = false;
  await page.route("/v1/events", async (route) => {
    await asked;
    if (sent) return route.abort();
    sent = true;
    const body = 'event: commit\ndata: {"table":"daily","seq":1}\n\n';
    await route.fulfill({ contentType: "text/event-stream", body });
  });
  return () => send();
}

/** What moved without being asked to, since the page was opened: "class value". */
export async function watchShifts(page: Page): Promise<() => Promise<string[]>> {
  await page.addInitScript(() => {
    const seen = window as unknown as { shifts: string[] };
    seen.shifts = [];
    interface Shift extends PerformanceEntry {
      value: number;
      sources: ReadonlyArray<{ node: Node | null }>;
    }
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as Shift[]) {
        const nodes = entry.sources.map(({ node }) =>
          node instanceof Element ? `${node.tagName}.${node.className}` : node?.textContent,
        );
        seen.shifts.push(`${nodes.join(", ")} ${entry.value}`);
      }
    }).observe({ type: "layout-shift", buffered: true });
  });
  return () => page.evaluate(() => (window as unknown as { shifts: string[] }).shifts);
}

/** How many pixels of the chart have exactly the colour of this CSS variable. */
export function pixels(page: Page, variable: string): Promise<number> {
  return page.evaluate((name) => {
    const wanted = getComputedStyle(document.documentElement).getPropertyValue(name).trim();
    const value = Number.parseInt(wanted.slice(1), 16);
    let count = 0;
    for (const canvas of document.querySelectorAll<HTMLCanvasElement>(".kline canvas")) {
      const context = canvas.getContext("2d");
      if (!context || canvas.width === 0 || canvas.height === 0) continue;
      const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
      for (let i = 0; i < data.length; i += 4) {
        const rgb = ((data[i] ?? 0) << 16) | ((data[i + 1] ?? 0) << 8) | (data[i + 2] ?? 0);
        if (rgb === value && data[i + 3] === 255) count++;
      }
    }
    return count;
  }, variable);
}
