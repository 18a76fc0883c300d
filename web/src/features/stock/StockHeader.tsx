import { Trans, useLingui } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import type { Bar } from "~/api/bars";
import { type Stock, stockQuery } from "~/api/search";
import { fixed, large, marketName, percent, signed } from "~/lib/format";
import { usePreferences } from "~/ui/services";
import { direction } from "./direction";

interface Props {
  code: string;
  last: Bar | undefined;
}

function ListStatus({ stock }: { stock: Stock }) {
  if (stock.listStatus === "D") {
    return (
      <span className="badge warn">
        <Trans>已退市</Trans>
      </span>
    );
  }
  if (stock.listStatus === "P") {
    return (
      <span className="badge warn">
        <Trans>暂停上市</Trans>
      </span>
    );
  }
  return null;
}

export function StockHeader({ code, last }: Props) {
  const { t } = useLingui();
  const { locale } = usePreferences();
  const { data: stock } = useQuery(stockQuery(code));
  const trend = direction(last?.change);
  const figures: ReadonlyArray<readonly [string, string]> = [
    [t`开`, fixed(last?.open)],
    [t`高`, fixed(last?.high)],
    [t`低`, fixed(last?.low)],
    [t`昨收`, fixed(last?.preClose)],
    [t`量`, large(last?.volume, locale)],
    [t`额`, large(last?.amount, locale)],
  ];
  return (
    <header className="stock-header">
      <div className="stock-name">
        <h1>{stock?.name || code}</h1>
        <p>
          <span className="num">{code}</span>
          {stock?.market && <span className="badge">{marketName(stock.market, locale)}</span>}
          {stock && <ListStatus stock={stock} />}
        </p>
      </div>
      <div className={`stock-price num ${trend.className}`}>
        <strong>{fixed(last?.close)}</strong>
        {last && (
          <span>
            {trend.arrow} {signed(last.change)} {percent(last.pctChange)}
          </span>
        )}
      </div>
      <dl className="stock-figures">
        {figures.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd className="num">{value}</dd>
          </div>
        ))}
      </dl>
    </header>
  );
}
