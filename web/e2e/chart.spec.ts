import { chart, evidence, expect, legend, open, pixels, search, test, watchShifts } from "./page";

test("the address without a stock opens one that has bars", async ({ page, complaints }) => {
  const shifts = await watchShifts(page);
  await page.goto("/");
  await expect(page).toHaveURL(/\/s\/\d{6}\.(SH|SZ|BJ)\?freq=D&adj=none/);
  await expect(legend(page)).toContainText(/\d{4}-\d\d-\d\d/);
  await expect.poll(() => pixels(page, "--up")).toBeGreaterThan(100);
  await expect.poll(() => pixels(page, "--down")).toBeGreaterThan(100);
  await page.waitForTimeout(500); // Long enough for late shifts, if there were any.
  expect(await shifts()).toEqual([]);
  expect(complaints).toEqual([]);
});

for (const by of ["code", "name", "pinyin"] as const) {
  test(`finds a stock by its ${by}`, async ({ page, stock }) => {
    await open(page, stock.code);
    await search(page).click();
    await search(page).fill(stock[by]);
    const option = page.getByRole("option").filter({ hasText: stock.code });
    await expect(option).toContainText(stock.name);
    await option.click();
    await expect(page).toHaveURL(new RegExp(`/s/${stock.code}`));
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(stock.name);
  });
}

test("a search without a hit says so, and Escape leaves it", async ({ page, stock }) => {
  await open(page, stock.code);
  await search(page).fill("zzzzzz");
  await expect(page.getByText('没有找到 "zzzzzz"')).toBeVisible();
  await search(page).press("Escape");
  await expect(search(page)).not.toBeFocused();
  await expect(search(page)).toHaveValue("");
});

test("the period changes the bars and the address, and back goes back", async ({ page, stock }) => {
  await open(page, stock.code);
  const daily = await legend(page).innerText();
  const weekly = page.waitForResponse((r) => r.url().includes("freq=W"));
  await page.getByRole("button", { name: "周K" }).click();
  expect((await weekly).ok()).toBe(true);
  await expect(page).toHaveURL(/freq=W/);
  await expect(legend(page)).not.toHaveText(daily);
  await expect(page.getByRole("button", { name: "周K" })).toHaveAttribute("aria-pressed", "true");
  await page.goBack();
  await expect(page).toHaveURL(/freq=D/);
  await expect.poll(() => legend(page).innerText()).toBe(daily);
});

test("adjusted prices are other prices", async ({ page, stock }) => {
  await open(page, stock.code, "?range=all");
  const raw = await page.getByRole("region", { name: "最近行情" }).innerText();
  await page.getByRole("button", { name: "后复权" }).click();
  await expect(page).toHaveURL(/adj=hfq/);
  await expect(legend(page)).toContainText(/\d{4}-\d\d-\d\d/);
  await expect(evidence(page)).toContainText("adj_factor");
  await expect.poll(() => page.getByRole("region", { name: "最近行情" }).innerText()).not.toBe(raw);
});

test("a link reopens what was seen", async ({ page, stock }) => {
  await open(page, stock.code, "?freq=M&adj=qfq&range=3y");
  for (const name of ["月K", "前复权", "3年"]) {
    await expect(page.getByRole("button", { name, exact: true })).toHaveAttribute(
      "aria-pressed",
      "true",
    );
  }
});

test("the whole history comes in when it is asked for", async ({ page, stock }) => {
  const older = page.waitForRequest((r) => /\/v1\/bars\/.*end=/.test(r.url()));
  await open(page, stock.code, "?range=all&adj=qfq");
  const url = new URL((await older).url());
  expect(url.searchParams.get("anchor")).toMatch(/^\d{4}-\d\d-\d\d$/);
  const rows = async () => {
    const text = await evidence(page).innerText();
    return Number(/行数\s*([\d,]+)/.exec(text)?.[1]?.replaceAll(",", ""));
  };
  await expect.poll(rows).toBeGreaterThan(250);
});

test("the evidence says where the bars come from", async ({ page, stock }) => {
  await open(page, stock.code);
  await expect(evidence(page)).toContainText(/表\s*daily/);
  await expect(evidence(page)).toContainText(/最新\s*\d{4}-\d\d-\d\d/);
  await expect(evidence(page)).toContainText(/来源\s*\w+/);
  await expect(evidence(page)).toContainText(/版本\s*\w+/);
  await evidence(page).getByRole("button").click();
  const detail = page.getByRole("dialog");
  await expect(detail).toContainText("入库时间");
  await expect(detail).toContainText(`/v1/bars/${stock.code}?freq=D&adj=none`);
});

test("simulated data is marked above everything and in the title", async ({ page, request }) => {
  const meta = JSON.stringify(await (await request.get("/v1/meta")).json());
  test.skip(!/"simulated":\s*true/.test(meta), "the server has real data");
  await page.setViewportSize({ width: 360, height: 480 });
  await page.goto("/");
  await expect(page).toHaveTitle(/^\[模拟数据\]/);
  await page.mouse.wheel(0, 5000);
  const mark = page.getByRole("note", { name: "数据性质" });
  await expect(mark).toContainText("模拟数据");
  await expect(mark).toBeInViewport({ ratio: 1 });
});

test("everything works by keys alone", async ({ page, stock, complaints }) => {
  await open(page, stock.code);
  await page.locator("body").press(stock.code.slice(0, 1));
  await expect(search(page)).toBeFocused();
  await page.keyboard.type(stock.code.slice(1));
  await expect(search(page)).toHaveValue(stock.code);
  await page.keyboard.press("Enter");
  await expect(search(page)).not.toBeFocused();

  await page.keyboard.press("2");
  await expect(page).toHaveURL(/freq=W/);
  await page.keyboard.press("1");
  await expect(page).toHaveURL(/freq=D/);

  for (
    let i = 0;
    i < 30 && !(await chart(page).evaluate((e) => e === document.activeElement));
    i++
  ) {
    await page.keyboard.press("Tab");
  }
  await expect(chart(page)).toBeFocused();
  const last = await legend(page).innerText();
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("ArrowLeft");
  await expect.poll(() => legend(page).innerText()).not.toBe(last);
  await expect(page.locator('[aria-live="polite"]')).toContainText(/收 [\d.]+/);
  await page.keyboard.press("Home");
  await page.keyboard.press("Escape");
  await expect.poll(() => legend(page).innerText()).toBe(last);
  expect(complaints).toEqual([]);
});

test("a code that begins with a period's digit is a code", async ({ page, stock }) => {
  await open(page, stock.code);
  await page.keyboard.type("30");
  await expect(search(page)).toHaveValue("30");
  await expect(page).toHaveURL(/freq=D/);
});

test("moving over the chart tells about the bar below", async ({ page, stock }) => {
  await open(page, stock.code);
  const last = await legend(page).innerText();
  const box = await chart(page).boundingBox();
  if (!box) throw new Error("no chart");
  await page.mouse.move(box.x + box.width / 3, box.y + box.height / 3);
  await expect.poll(() => legend(page).innerText()).not.toBe(last);
  await page.mouse.move(box.x + 10, box.y - 120);
  await expect.poll(() => legend(page).innerText()).toBe(last);
});
