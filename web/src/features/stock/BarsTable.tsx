import { Trans, useLingui } from "@lingui/react/macro";
import type { Bar } from "~/api/bars";
import { fixed, large, percent } from "~/lib/format";
import { usePreferences } from "~/ui/services";
import { direction } from "./direction";

const shownBars = 40;

/** The chart's last bars as a table: beside the chart on wide screens, for screen readers always. */
export function BarsTable({ bars }: { bars: readonly Bar[] }) {
  const { t } = useLingui();
  const { locale } = usePreferences();
  const last = bars.slice(-shownBars).toReversed();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys
    <section className="bars-table" aria-label={t`最近行情`} tabIndex={0}>
      <table className="grid">
        <caption className="hidden">
          <Trans>最近的K线, 最新在前</Trans>
        </caption>
        <thead>
          <tr>
            <th scope="col">
              <Trans>日期</Trans>
            </th>
            <th scope="col" className="num hidden">
              <Trans>开盘</Trans>
            </th>
            <th scope="col" className="num hidden">
              <Trans>最高</Trans>
            </th>
            <th scope="col" className="num hidden">
              <Trans>最低</Trans>
            </th>
            <th scope="col" className="num">
              <Trans>收盘</Trans>
            </th>
            <th scope="col" className="num">
              <Trans>涨跌幅</Trans>
            </th>
            <th scope="col" className="num">
              <Trans>成交额</Trans>
            </th>
          </tr>
        </thead>
        <tbody>
          {last.map((bar) => (
            <tr key={bar.day}>
              <th scope="row" className="num">
                {bar.day.slice(2)}
              </th>
              <td className="num hidden">{fixed(bar.open)}</td>
              <td className="num hidden">{fixed(bar.high)}</td>
              <td className="num hidden">{fixed(bar.low)}</td>
              <td className={`num ${direction(bar.change).className}`}>{fixed(bar.close)}</td>
              <td className={`num ${direction(bar.change).className}`}>{percent(bar.pctChange)}</td>
              <td className="num">{large(bar.amount, locale)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
