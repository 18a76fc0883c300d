import type { Page } from "@playwright/test";
import {
  chart,
  commitLater,
  evidence,
  expect,
  legend,
  open,
  refuse,
  search,
  test,
  watchShifts,
} from "./page";

const bars = /\/v1\/bars\//;

test("a refused request shows its reason and id, and retry mends it", async ({ page, stock }) => {
  await page.route(bars, refuse(500, "failed", "the store is not ready"));
  await page.goto(`/s/${stock.code}`);
  const note = page.getByRole("alert");
  await expect(note).toContainText("the store is not ready");
  await expect(note).toContainText("r-e2e");
  await page.unroute(bars);
  await note.getByRole("button", { name: "重试" }).click();
  await expect(legend(page)).toContainText(/\d{4}-\d\d-\d\d/);
  await expect(note).toBeHidden();
});

test("a missing factor is said, and raw prices are one press away", async ({ page, stock }) => {
  await page.route(/bars.*adj=qfq/, refuse(422, "quality", "no factor on 2026-11-19"));
  await page.goto(`/s/${stock.code}?adj=qfq`);
  await expect(page.getByRole("alert")).toContainText("缺少复权因子");
  await expect(page.getByRole("alert")).toContainText("no factor on 2026-11-19");
  await expect(legend(page)).not.toContainText(/\d{4}-\d\d-\d\d/);
  await page.getByRole("button", { name: "查看不复权" }).click();
  await expect(page).toHaveURL(/adj=none/);
  await expect(legend(page)).toContainText(/\d{4}-\d\d-\d\d/);
});

test("an unreachable server is told apart from a refusal", async ({ page, stock }) => {
  await page.route(bars, (route) => route.abort("connectionrefused"));
  await page.goto(`/s/${stock.code}`);
  await expect(page.getByRole("alert")).toContainText("连不上看盘服务");
  await expect(page.getByRole("alert")).not.toContainText(/fetch|refused|network/i);
});

test("a code without bars is told about in the page's language", async ({ page }) => {
  await page.route("/v1/events", (route) => route.abort());
  await page.route("/v1/status", (route) => route.fulfill({ json: { collecting: false } }));
  await page.goto("/s/999999.SH");
  const note = page.getByRole("alert");
  await expect(note.getByRole("heading")).toHaveText("没有 999999.SH 的K线");
  await expect(note).toContainText("没有这个代码, 或者还没有采集它的行情。");
  // The server's own words stay, marked as the English that they are.
  await expect(note.locator('[lang="en"]').first()).toContainText("999999.SH");
});

for (const [status, code, words] of [
  [500, "corrupt", "存储已损坏"],
  [503, "overloaded", "服务正忙或还没准备好"],
  [500, "of_the_future", "服务内部出错"],
  [400, "usage", "请求的参数有误"],
  [418, "of_the_future", "原因见下面的说明"],
] as const) {
  test(`${status} ${code} is said in the page's language`, async ({ page, stock }) => {
    await page.route(bars, refuse(status, code, "the server's own words"));
    await page.goto(`/s/${stock.code}`);
    const note = page.getByRole("alert");
    await expect(note).toContainText(words);
    await expect(note.getByText("the server's own words")).toHaveAttribute("lang", "en");
  });
}

test("a page whose server comes back mends itself", async ({ page, stock }) => {
  await page.route(/\/v1\//, (route) => route.abort("connectionrefused"));
  await page.goto(`/s/${stock.code}`);
  await search(page).fill(stock.code);
  await expect(page.getByText("搜索失败")).toBeVisible({ timeout: 10_000 });
  await expect(page.getByRole("heading", { name: "连不上看盘服务" })).toBeVisible();
  await page.unroute(/\/v1\//);
  await expect(legend(page)).toContainText(/\d{4}-\d\d-\d\d/, { timeout: 20_000 });
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(stock.name);
  await expect(page.getByRole("option").filter({ hasText: stock.code })).toBeVisible();
  await expect(page.getByRole("alert")).toHaveCount(0);
});

test("an answer that cannot be read is no empty chart", async ({ page, stock }) => {
  const cut = { data: { fields: ["trade_date"], items: [["20261120"]] }, meta: {} };
  await page.route(bars, (route) => route.fulfill({ json: cut }));
  await page.goto(`/s/${stock.code}`);
  await expect(page.getByRole("alert")).toContainText("服务的应答读不懂");
});

test("while the first collection runs, its progress stands where bars will be", async ({
  page,
}) => {
  const status = {
    ...{ collecting: true, run: 1, table: "daily", units_done: 30, units_total: 120 },
    ...{ rows: 159_000, rows_per_second: 106_000, calls_left: 870, eta_seconds: 95 },
    tables: [{ name: "daily", title: "日线行情", state: "running", rows: 159_000, last_day: "" }],
  };
  await page.route("/v1/events", (route) => route.abort());
  await page.route("/v1/status", (route) => route.fulfill({ json: status }));
  await page.route(bars, refuse(404, "not_found", "no bars"));
  await page.goto("/s/600000.SH");
  const note = page.getByRole("main").getByRole("status").filter({ hasText: "还没有数据" });
  await expect(note).toContainText("正在采集 日线行情");
  await expect(note).toContainText("25%");
  await expect(note).toContainText("10.60万 行/秒");
  await expect(note).toContainText("还需 1 分 35 秒");
  await expect(note).toContainText(/数据停在 \d\d:\d\d:\d\d/);
});

test("an empty store says so on the first page", async ({ page }) => {
  const nothing = { data: { fields: ["ts_code"], items: [] }, meta: { status: "empty" } };
  await page.route("/v1/events", (route) => route.abort());
  await page.route("/v1/status", (route) => route.fulfill({ json: { collecting: false } }));
  await page.route("/v1/tables/daily/rows*", (route) => route.fulfill({ json: nothing }));
  await page.goto("/");
  await expect(page.getByText("还没有数据")).toBeVisible();
  await expect(page.getByText("kanpan collect --all")).toBeVisible();
});

test("a commit to the shown table fetches the bars again", async ({ page, stock }) => {
  const commit = await commitLater(page);
  await open(page, stock.code);
  const again = page.waitForRequest(bars);
  commit();
  await again;
});

/** The day of the bar at this share of the chart's width. */
async function dayAt(page: Page, share: number): Promise<string> {
  const box = await chart(page).boundingBox();
  if (!box) throw new Error("no chart");
  await page.mouse.move(box.x + box.width * share, box.y + 60);
  await page.mouse.move(box.x + box.width * share + 1, box.y + 60);
  const text = await legend(page).innerText();
  return /\d{4}-\d\d-\d\d/.exec(text)?.[0] ?? "";
}

test("a refresh that changes old bars leaves in sight what was", async ({ page, stock }) => {
  const commit = await commitLater(page);
  await open(page, stock.code, "?range=3m");
  await dayAt(page, 0.5);
  for (let i = 0; i < 10; i++) await page.mouse.wheel(-80, 0);
  const before = await dayAt(page, 0.5);
  let changed = 0;
  await page.route(bars, async (route) => {
    const answer = await (await route.fetch()).json();
    const close = answer.data.fields.indexOf("close");
    for (const row of answer.data.items) row[close] += 0.01;
    changed++;
    await route.fulfill({ json: answer });
  });
  commit();
  await expect.poll(() => changed).toBeGreaterThan(0);
  await expect(evidence(page)).not.toContainText("刷新中");
  expect(await dayAt(page, 0.5)).toBe(before);
});

test("the range stays fitted while a first collection fills it", async ({
  page,
  stock,
  request,
}) => {
  const commit = await commitLater(page);
  const whole = await (await request.get(`/v1/bars/${stock.code}?freq=D&adj=none`)).json();
  const items: unknown[][] = whole.data.items;
  let shown = items.slice(0, 12);
  await page.route(bars, (route) =>
    route.fulfill({ json: { ...whole, data: { ...whole.data, items: shown } } }),
  );
  await open(page, stock.code, "?range=all");
  shown = items.slice(0, 200);
  commit();
  await expect(evidence(page)).toContainText("200");
  const first = String(items[2]?.[whole.data.fields.indexOf("trade_date")]);
  await expect
    .poll(async () => (await dayAt(page, 0.003)).replaceAll("-", "") <= first.replaceAll("-", ""))
    .toBe(true);
});

test("being offline is said, and the bars stay", async ({ page, stock, context }) => {
  await open(page, stock.code);
  await context.setOffline(true);
  await expect(page.getByText("离线: 显示的是断网前的数据")).toBeVisible();
  await expect(legend(page)).toContainText(/\d{4}-\d\d-\d\d/);
  await context.setOffline(false);
  await expect(page.getByText("离线: 显示的是断网前的数据")).toBeHidden();
});

test("missing rows are named in the evidence", async ({ page, stock, request }) => {
  const answer = await (await request.get(`/v1/bars/${stock.code}?freq=D&adj=none`)).json();
  const gap = `2026-11-18: no row of ${stock.code}`;
  const counts = { missing_count: 3, short_days: 5 };
  const meta = { ...answer.meta, status: "partial", missing: [gap], ...counts };
  await page.route(bars, (route) => route.fulfill({ json: { ...answer, meta } }));
  await open(page, stock.code);
  await evidence(page)
    .getByRole("button", { name: /数据状态\s*缺失\s*3/ })
    .click();
  const detail = page.getByRole("dialog");
  await expect(detail).toContainText(gap);
  await expect(detail).toContainText("另有 2 天");
  await expect(detail).toContainText("另有 2 天只缺其他股票的行");
});

test("a collection that failed says so, and why", async ({ page, stock, request }) => {
  const answer = await (await request.get("/v1/status")).json();
  const status = answer.data ?? answer;
  const daily = {
    name: "daily",
    title: "日线行情",
    state: "stored",
    rows: 5,
    last_day: "2026-11-20",
  };
  const failed = {
    ...daily,
    last_error: "the source refuses: no calls left today",
    last_success: "2026-11-19T08:10:00Z",
    next_run: "2026-11-20T16:30:00Z",
  };
  const now = { ...status, collecting: false, tables: [failed] };
  await page.route("**/v1/status", (route) => route.fulfill({ json: now }));
  await page.route("**/v1/events", (route) =>
    route.fulfill({
      contentType: "text/event-stream",
      body: `event: progress\ndata: ${JSON.stringify(now)}\n\n`,
    }),
  );
  await open(page, stock.code);
  const chip = page.getByRole("button", { name: /采集状态/ });
  await chip.click();
  const failures = page.getByRole("list", { name: "上次采集失败" });
  await expect(failures).toContainText("日线行情: 上次采集失败");
  await expect(failures).toContainText("the source refuses: no calls left today");
  await expect(failures).toContainText("上次成功 2026-11-19 16:10:00");
});

test("data that is behind is not called up to date", async ({ page, stock }) => {
  await page.route("**/healthz/data", (route) =>
    route.fulfill({ json: { data: { tables: [{ table: "daily", state: "stale" }] } } }),
  );
  await open(page, stock.code);
  const chip = page.getByRole("button", { name: /采集状态/ });
  await expect(chip).toContainText(/已过期, 只到 \d{4}-\d\d-\d\d/);
});

for (const [locale, heading, chipName] of [
  ["zh", "隔离", /采集状态/],
  ["en", "In quarantine", /Collection/],
] as const) {
  test(`the tables tell what is in quarantine, in ${locale}`, async ({ page, stock, request }) => {
    const answer = await (await request.get("/v1/status")).json();
    const daily = { name: "daily", title: "日线行情", state: "stored", rows: 5, quarantined: 1234 };
    const clean = { name: "weekly", title: "周线行情", state: "stored", rows: 5, quarantined: 0 };
    const now = { ...(answer.data ?? answer), collecting: false, tables: [daily, clean] };
    await page.addInitScript((value) => {
      localStorage.setItem("kanpan.preferences", JSON.stringify({ locale: value }));
    }, locale);
    await page.route("**/v1/status", (route) => route.fulfill({ json: now }));
    await page.route("**/v1/events", (route) =>
      route.fulfill({
        contentType: "text/event-stream",
        body: `event: progress\ndata: ${JSON.stringify(now)}\n\n`,
      }),
    );
    await page.goto(`/s/${stock.code}`);
    await page.getByRole("button", { name: chipName }).click();
    await expect(page.getByRole("columnheader", { name: heading })).toBeVisible();
    await expect(page.getByRole("row", { name: /日线行情/ })).toContainText("1,234");
    await expect(page.getByRole("row", { name: /周线行情/ })).not.toContainText("1,234");
  });
}

test("a slow answer shows a skeleton and moves nothing when it comes", async ({ page, stock }) => {
  const shifts = await watchShifts(page);
  await page.route(/\/v1\//, async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 700));
    await route.continue();
  });
  await page.goto(`/s/${stock.code}`);
  await expect(page.locator(".skeleton").first()).toBeVisible();
  await expect(legend(page)).toContainText(/\d{4}-\d\d-\d\d/);
  await expect(page.locator(".skeleton")).toHaveCount(0);
  await page.waitForTimeout(500);
  expect(await shifts()).toEqual([]);
});

test("an unknown page leads back", async ({ page }) => {
  const answer = await page.goto("/nowhere");
  expect(answer?.status()).toBe(404);
  await page.getByRole("link", { name: "回到首页" }).click();
  await expect(chart(page)).toBeVisible();
});

test("a failing search says so", async ({ page, stock }) => {
  await open(page, stock.code);
  await page.route(/\/v1\/search/, refuse(500, "failed", "the index is being built"));
  await search(page).fill("pa");
  await expect(page.getByRole("alert")).toContainText("搜索失败: 服务出错了");
  await expect(page.getByRole("alert")).toContainText("the index is being built");
});

test("a failed refresh is said beside the bars that stay", async ({ page, stock }) => {
  const commit = await commitLater(page);
  await open(page, stock.code);
  await expect(evidence(page)).not.toContainText("刷新");
  await page.route(bars, refuse(503, "failed", "rebuilding"));
  commit();
  await expect(evidence(page)).toContainText("刷新失败");
  await expect(legend(page)).toContainText(/\d{4}-\d\d-\d\d/);
  await page.unroute(bars);
  await evidence(page).getByRole("button", { name: "重试" }).click();
  await expect(evidence(page)).not.toContainText("刷新失败");
});

test("a stock that this server does not know is not opened again", async ({ page }) => {
  await page.addInitScript(() => {
    const recent = [{ code: "999999.SH", name: "of another server" }];
    localStorage.setItem("kanpan.preferences", JSON.stringify({ recent }));
  });
  await page.goto("/");
  await expect(legend(page)).toContainText(/\d{4}-\d\d-\d\d/);
  await expect(page).not.toHaveURL(/999999/);
});
