import { I18nProvider } from "@lingui/react";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Live } from "~/api/live";
import { PreferenceStore } from "~/lib/preferences";
import { ServicesContext } from "~/ui/services";
import { activate, i18n } from "./i18n";
import { followLook } from "./look";
import { liveQueries } from "./queries";
import { router } from "./router";
import "./tokens.css";
import "./base.css";
import "./frame.css";
import "./controls.css";
import "./stock.css";
import "./narrow.css";

function storage(): Storage | null {
  try {
    return localStorage;
  } catch {
    return null; // Blocked by the browser: choices last until the page closes.
  }
}

const preferences = new PreferenceStore(storage(), navigator.language);
const live = new Live();
const client = liveQueries(live);

followLook(preferences);
live.start();
addEventListener("online", () => live.retryNow());

let locale = preferences.get().locale;
preferences.subscribe(() => {
  if (preferences.get().locale === locale) return;
  locale = preferences.get().locale;
  void activate(locale);
});

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no #root");
await activate(locale);
createRoot(root).render(
  <StrictMode>
    <I18nProvider i18n={i18n}>
      <QueryClientProvider client={client}>
        <ServicesContext value={{ live, preferences }}>
          <RouterProvider router={router} />
        </ServicesContext>
      </QueryClientProvider>
    </I18nProvider>
  </StrictMode>,
);
