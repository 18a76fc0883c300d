import { i18n } from "@lingui/core";
import type { Locale } from "~/lib/format";
import { messages as chinese } from "~/locales/zh.po";

i18n.load("zh", chinese);
i18n.activate("zh");

/** Chinese is part of the first download; English comes when it is chosen. */
export async function activate(locale: Locale): Promise<void> {
  if (locale === "en") {
    const { messages } = await import("~/locales/en.po");
    i18n.load("en", messages);
  }
  i18n.activate(locale);
  document.documentElement.lang = locale === "en" ? "en" : "zh-CN";
}

export { i18n };
