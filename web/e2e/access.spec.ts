import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { expect, open, pixels, search, test } from "./page";

const looks = [
  { theme: "light", palette: "cn", locale: "zh" },
  { theme: "dark", palette: "cn", locale: "en" },
  { theme: "light", palette: "cb", locale: "en" },
  { theme: "dark", palette: "cb", locale: "zh" },
  { theme: "light", palette: "intl", locale: "zh" },
  { theme: "dark", palette: "intl", locale: "en" },
] as const;

for (const look of looks) {
  test(`no serious violation in ${Object.values(look).join(" ")}`, async ({ page, stock }) => {
    await page.addInitScript((value) => {
      localStorage.setItem("kanpan.preferences", JSON.stringify(value));
    }, look);
    await open(page, stock.code);
    const axe = () => new AxeBuilder({ page }).analyze();
    const states = [await axe()];
    await page.locator(".search input").click();
    await page.locator(".search input").fill("6");
    await expect(page.getByRole("option").first()).toBeVisible();
    states.push(await axe());
    await page.keyboard.press("Escape");
    await page.locator("button.icon-button").click();
    await expect(page.getByRole("dialog")).toBeVisible();
    states.push(await axe());
    const serious = states
      .flatMap((state) => state.violations)
      .filter((v) => v.impact === "serious" || v.impact === "critical")
      .map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(" ")).join(", ")}`);
    expect(serious).toEqual([]);
  });
}

/** Elements that reach beyond the window or are cut by what holds them. */
function overhang(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const out: string[] = [];
    const whole = document.documentElement;
    if (whole.scrollWidth > whole.clientWidth) out.push(`the page by ${whole.scrollWidth}`);
    for (const e of document.querySelectorAll(".top *, .stock-header *, .toolbar *, .legend *")) {
      const { width, left, right } = e.getBoundingClientRect();
      const seen = width > 1 && !e.closest(".hidden");
      if (seen && (left < 0 || right > innerWidth)) out.push(`${e.tagName}.${e.className}`);
    }
    return out;
  });
}

for (const locale of ["zh", "en"]) {
  for (const width of [360, 390, 768, 1024, 1440]) {
    test(`nothing sticks out at ${width} px in ${locale}`, async ({ page, stock }) => {
      await page.addInitScript((value) => {
        localStorage.setItem("kanpan.preferences", JSON.stringify({ locale: value }));
      }, locale);
      await page.setViewportSize({ width, height: 740 });
      await open(page, stock.code);
      expect(await overhang(page)).toEqual([]);
      for (const name of [/^(全部|All)$/, /设置|Settings/, /采集状态|Collection/]) {
        await expect(page.getByRole("button", { name })).toBeInViewport({ ratio: 1 });
      }
      await expect(page.getByRole("combobox")).toBeInViewport({ ratio: 1 });
    });
  }
}

test("the figures of a stock fill their rows at every width", async ({ page, stock }) => {
  await open(page, stock.code);
  for (const width of [390, 768, 1024, 1200, 1440]) {
    await page.setViewportSize({ width, height: 700 });
    const tops = await page
      .locator(".stock-figures > div")
      .evaluateAll((figures) => figures.map((f) => f.getBoundingClientRect().top));
    const rows = [...new Set(tops)].map((top) => tops.filter((t) => t === top).length);
    expect(new Set(rows).size, `${width} px: ${rows}`).toBe(1);
  }
});

test("a palette changes candles, volume and figures together", async ({ page, stock }) => {
  await open(page, stock.code);
  await expect.poll(() => pixels(page, "--red")).toBeGreaterThan(100);
  await page.getByRole("button", { name: "设置" }).click();
  await page.getByRole("button", { name: "色盲友好" }).click();
  await expect.poll(() => pixels(page, "--orange")).toBeGreaterThan(100);
  await expect.poll(() => pixels(page, "--blue")).toBeGreaterThan(100);
  expect(await pixels(page, "--red")).toBe(0);
  await page.getByRole("button", { name: "深色" }).click();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  await page.reload();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  await expect.poll(() => pixels(page, "--orange")).toBeGreaterThan(100);
});

test("a narrow English page still says that prices are not real", async ({ page, stock }) => {
  await page.addInitScript(() => {
    localStorage.setItem("kanpan.preferences", JSON.stringify({ locale: "en" }));
  });
  await page.setViewportSize({ width: 380, height: 760 });
  await open(page, stock.code);
  const seen = await page
    .locator(".strip p")
    .first()
    .evaluate((line) => {
      const range = document.createRange();
      const texts = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
      for (let node = texts.nextNode(); node; node = texts.nextNode()) {
        const at = node.textContent?.indexOf("not real prices") ?? -1;
        if (at < 0) continue;
        range.setStart(node, at);
        range.setEnd(node, at + "not real prices".length);
        return range.getBoundingClientRect().right <= line.getBoundingClientRect().right;
      }
      return false;
    });
  expect(seen).toBe(true);
});

test("English is complete and stays", async ({ page, stock }) => {
  await open(page, stock.code);
  await page.getByRole("button", { name: "设置" }).click();
  await page.getByRole("button", { name: "English" }).click();
  await expect(page.getByRole("button", { name: "Week", exact: true })).toBeVisible();
  await expect(page.locator("html")).toHaveAttribute("lang", "en");
  await page.reload();
  await expect(page.getByRole("combobox", { name: "Search stocks" })).toBeVisible();
  const left = await page.locator(".toolbar, .legend, .evidence").allInnerTexts();
  expect(left.join(" ")).not.toMatch(/\p{Script=Han}/u);
});

for (const [language, box, lang] of [
  ["en-GB", "Search stocks", "en"],
  ["fr-FR", "搜索股票", "zh-CN"],
] as const) {
  test.describe(() => {
    test.use({ locale: language });
    test(`a browser in ${language} starts in ${lang}`, async ({ page, stock }) => {
      await page.goto(`/s/${stock.code}`);
      await expect(page.getByRole("combobox", { name: box })).toBeVisible();
      await expect(page.locator("html")).toHaveAttribute("lang", lang);
    });
  });
}

test("a choice of Chinese outlasts an English browser", async ({ browser, stock, baseURL }) => {
  const context = await browser.newContext({ locale: "en-US", ...(baseURL && { baseURL }) });
  const page = await context.newPage();
  await page.goto(`/s/${stock.code}`);
  await page.getByRole("button", { name: "Settings" }).click();
  await page.getByRole("button", { name: "中文" }).click();
  await page.reload();
  await expect(search(page)).toBeVisible();
  await context.close();
});

test("the notice of the chart library can be read", async ({ page, stock, request }) => {
  await open(page, stock.code);
  await page.getByRole("button", { name: "设置" }).click();
  await page.getByRole("button", { name: "第三方许可" }).click();
  const dialog = page.getByRole("dialog").filter({ hasText: "klinecharts" });
  await expect(dialog).toContainText("KLineChart");
  await expect(dialog).toContainText("TradingView Lightweight Charts");
  const all = await (await request.get("/third-party-licenses.txt")).text();
  for (const name of ["klinecharts", "react-dom", "@tanstack/react-query", "@lingui/core"]) {
    expect(all).toContain(name);
  }
});

test("stands still for those who asked for it", async ({ page, stock }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await open(page, stock.code);
  const moving = await page.evaluate(() => document.getAnimations().length);
  expect(moving).toBe(0);
});
