import { useLingui } from "@lingui/react/macro";
import type { Bar } from "~/api/bars";
import { movingAverages } from "~/charts/averages";
import { average } from "~/lib/average";
import { dayWithWeekday, fixed, large, percent } from "~/lib/format";
import { usePreferences } from "~/ui/services";
import { direction } from "./direction";

interface Props {
  bars: readonly Bar[];
  /** The bar under the crosshair; null shows the last one. */
  cursor: number | null;
}

/** Index of the bar to tell about; -1 when there is none. */
export function shownIndex(bars: readonly Bar[], cursor: number | null): number {
  return cursor !== null && cursor < bars.length ? cursor : bars.length - 1;
}

export function Legend({ bars, cursor }: Props) {
  const { t } = useLingui();
  const { locale } = usePreferences();
  const index = shownIndex(bars, cursor);
  const bar = bars[index];
  const trend = direction(bar?.change).className;
  const item = (name: string, value: string, kind: "price" | "share" | "sum", className = "") => (
    <span className={`pair ${kind}`}>
      <i>{name}</i>
      <b className={`num ${className}`}>{value}</b>
    </span>
  );
  return (
    <div className="legend" data-testid="legend">
      <p>
        <b className="num day">{bar ? dayWithWeekday(bar.day, locale) : "-"}</b>
        {item(t`开`, fixed(bar?.open), "price")}
        {item(t`高`, fixed(bar?.high), "price")}
        {item(t`低`, fixed(bar?.low), "price")}
        {item(t`收`, fixed(bar?.close), "price", trend)}
        {item(t`涨跌幅`, percent(bar?.pctChange), "share", trend)}
        {item(t`成交量`, large(bar?.volume, locale), "sum")}
        {item(t`成交额`, large(bar?.amount, locale), "sum")}
      </p>
      <p className="averages">
        {movingAverages.map((length, i) => (
          <span key={length} className={`num ma-${i + 1}`}>
            MA{length} {fixed(average(bars, index, length))}
          </span>
        ))}
      </p>
    </div>
  );
}
