import { Trans, useLingui } from "@lingui/react/macro";
import type { Bar } from "~/api/bars";
import { fixed, large, percent } from "~/lib/format";
import { usePreferences } from "~/ui/services";
import { direction } from "./direction";

const shownBars = 40;

interface Column {
  title: string;
  value(bar: Bar): string;
  /** Beside the chart there is room for the essential ones; screen readers get all. */
  hidden?: boolean;
  coloured?: boolean;
}

function useColumns(): readonly Column[] {
  const { t } = useLingui();
  const { locale } = usePreferences();
  return [
    { title: t`开盘`, value: (bar) => fixed(bar.open), hidden: true },
    { title: t`最高`, value: (bar) => fixed(bar.high), hidden: true },
    { title: t`最低`, value: (bar) => fixed(bar.low), hidden: true },
    { title: t`收盘`, value: (bar) => fixed(bar.close), coloured: true },
    { title: t`涨跌幅`, value: (bar) => percent(bar.pctChange), coloured: true },
    { title: t`成交额`, value: (bar) => large(bar.amount, locale) },
  ];
}

/** The chart's last bars as a table: beside the chart on wide screens, for screen readers always. */
export function BarsTable({ bars }: { bars: readonly Bar[] }) {
  const { t } = useLingui();
  const columns = useColumns();
  const hidden = (column: Column) => (column.hidden ? "hidden" : "");
  const colour = (column: Column, bar: Bar) =>
    column.coloured ? direction(bar.change).className : "";
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
            {columns.map((column) => (
              <th key={column.title} scope="col" className={`num ${hidden(column)}`}>
                {column.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {bars
            .slice(-shownBars)
            .toReversed()
            .map((bar) => (
              <tr key={bar.day}>
                <th scope="row" className="num">
                  {bar.day.slice(2)}
                </th>
                {columns.map((column) => (
                  <td key={column.title} className={`num ${hidden(column)} ${colour(column, bar)}`}>
                    {column.value(bar)}
                  </td>
                ))}
              </tr>
            ))}
        </tbody>
      </table>
    </section>
  );
}
