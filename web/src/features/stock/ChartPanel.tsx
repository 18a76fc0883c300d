import { useLingui } from "@lingui/react/macro";
import { lazy, type ReactNode, Suspense, useEffect, useMemo, useState } from "react";
import type { Bar } from "~/api/bars";
import { fixed, large, percent } from "~/lib/format";
import { usePreferences } from "~/ui/services";
import { Legend, shownIndex } from "./Legend";
import { rangeMonths, type StockView } from "./view";

// Asked for at once, in parallel with the first data, not when the first data is there.
const chartModule = import("~/charts/KlineChart");
const KlineChart = lazy(() => chartModule.then((m) => ({ default: m.KlineChart })));

interface Props {
  code: string;
  view: StockView;
  bars: readonly Bar[];
  hasOlder: boolean;
  olderFailed: boolean;
  /** Counts how often a range was chosen. */
  asked: number;
  onNeedOlder(): void;
  /** Covers the chart: what is loading, missing or wrong. */
  cover: ReactNode;
}

export function ChartPanel(props: Props) {
  const { code, view, bars, hasOlder, olderFailed, asked, cover } = props;
  const { t } = useLingui();
  const { theme, palette, locale } = usePreferences();
  const [cursor, setCursor] = useState<number | null>(null);
  const [spoken, setSpoken] = useState(false);
  const key = `${code} ${view.freq} ${view.adj}`;
  const series = useMemo(
    () => ({ key, frequency: view.freq, bars, hasOlder }),
    [key, view.freq, bars, hasOlder],
  );
  // The system's theme is resolved outside React; the attribute is what the colours follow.
  const look = `${theme} ${document.documentElement.dataset.theme} ${palette}`;

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new series has no cursor yet
  useEffect(() => setCursor(null), [key]);

  const bar = bars[shownIndex(bars, cursor)];
  const [open, high, low, close] = [bar?.open, bar?.high, bar?.low, bar?.close].map((p) =>
    fixed(p),
  );
  const day = bar?.day;
  const change = percent(bar?.pctChange);
  const amount = large(bar?.amount, locale);
  const sentence = t`${day}, 开 ${open}, 高 ${high}, 低 ${low}, 收 ${close}, 涨跌幅 ${change}, 成交额 ${amount}`;
  return (
    <section className="chart" aria-label={t`K线图`}>
      <Legend bars={bars} cursor={cursor} />
      <p id="chart-summary" className="hidden">
        {t`左右键逐根移动, 上下键缩放, Home 和 End 到两端, Esc 退出。右侧表格有最近的行情。`}
      </p>
      <p className="hidden" aria-live="polite">
        {spoken && cursor !== null ? sentence : ""}
      </p>
      <div className="chart-host">
        <Suspense fallback={<div className="skeleton" />}>
          <KlineChart
            series={series}
            span={rangeMonths[view.range]}
            asked={asked}
            olderFailed={olderFailed}
            locale={locale}
            look={look}
            label={t`${code} K线图`}
            describedBy="chart-summary"
            needOlder={props.onNeedOlder}
            cursor={(index) => {
              setCursor(index);
              if (index === null) setSpoken(false);
            }}
            announce={() => setSpoken(true)}
          />
        </Suspense>
        {cover}
      </div>
    </section>
  );
}
