import { Trans, useLingui } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useEffect, useState } from "react";
import { Problem } from "~/api/problem";
import { stockQuery } from "~/api/search";
import { withRecent } from "~/lib/preferences";
import { NothingYet } from "~/ui/Collection";
import { ProblemNote } from "~/ui/ProblemNote";
import { useLive, useServices } from "~/ui/services";
import { useReportSimulated } from "~/ui/simulated";
import { useTitle } from "~/ui/useTitle";
import { BarsTable } from "./BarsTable";
import { ChartPanel } from "./ChartPanel";
import { EvidenceLine } from "./EvidenceLine";
import { StockHeader } from "./StockHeader";
import { Toolbar, useAdjustmentNames } from "./Toolbar";
import { useBars } from "./useBars";
import type { StockView } from "./view";

interface Props {
  code: string;
  view: StockView;
  onView(change: Partial<StockView>): void;
}

export function StockPage({ code, view, onView }: Props) {
  const { query, bars, newest } = useBars(code, view);
  const { data: stock } = useQuery(stockQuery(code));
  useReportSimulated(newest?.meta.simulated ?? false);
  useTitle(stock ? `${stock.name} ${code}` : code);
  useRemember(code, stock?.name);

  const [asked, setAsked] = useState(0);

  const onToolbar = (change: Partial<StockView>) => {
    if (change.range) setAsked((n) => n + 1);
    onView(change);
  };
  const onNeedOlder = () => {
    if (query.hasNextPage && !query.isFetchingNextPage) void query.fetchNextPage();
  };
  return (
    <main className="stock" aria-busy={query.isPending}>
      <StockHeader code={code} last={bars.at(-1)} />
      <Toolbar view={view} onChange={onToolbar} />
      <ChartPanel
        code={code}
        view={view}
        bars={bars}
        hasOlder={query.hasNextPage}
        olderFailed={query.isFetchNextPageError}
        asked={asked}
        onNeedOlder={onNeedOlder}
        cover={
          <Cover
            code={code}
            view={view}
            isPending={query.isPending}
            hasFailed={query.errorUpdateCount > 0}
            // Bars in sight stay in sight when a refresh fails; the line below tells their age.
            error={bars.length === 0 ? query.error : null}
            isEmpty={bars.length === 0}
            onRetry={() => void query.refetch()}
            onView={onView}
          />
        }
      />
      <BarsTable bars={bars} />
      <EvidenceLine
        code={code}
        view={view}
        bars={bars}
        meta={newest?.meta}
        refreshing={query.isRefetching}
        refreshFailed={query.isRefetchError}
        onRefresh={() => void query.refetch()}
      />
    </main>
  );
}

/** Puts the stock on top of the list that the search box opens with. */
function useRemember(code: string, name: string | undefined): void {
  const { preferences } = useServices();
  useEffect(() => {
    if (!name) return;
    preferences.set({ recent: withRecent(preferences.get().recent, { code, name }) });
  }, [preferences, code, name]);
}

interface CoverProps {
  code: string;
  view: StockView;
  isPending: boolean;
  /** An earlier attempt at the same bars failed. */
  hasFailed: boolean;
  error: Error | null;
  isEmpty: boolean;
  onRetry(): void;
  onView(change: Partial<StockView>): void;
}

function Cover(props: CoverProps): ReactNode {
  const content = useCoverContent(props);
  return content && <div className="chart-cover">{content}</div>;
}

function useCoverContent(props: CoverProps): ReactNode {
  const { error, isPending, isEmpty } = props;
  const { status } = useLive();
  // While a first collection runs, each commit asks again; the note must not flicker meanwhile.
  if (isPending && props.hasFailed && status?.collecting) return <NothingYet />;
  if (isPending) return <div className="skeleton" />;
  if (error) return <ErrorCover {...props} error={error} />;
  return isEmpty ? <NothingYet /> : null;
}

function ErrorCover({ code, view, error, onRetry, onView }: CoverProps & { error: Error }) {
  const { t } = useLingui();
  const names = useAdjustmentNames();
  const { status } = useLive();
  const problemCode = error instanceof Problem ? error.code : "";
  if (problemCode === "not_found" && status?.collecting) return <NothingYet />;
  if (problemCode === "not_found") {
    return (
      <ProblemNote
        error={error}
        onRetry={onRetry}
        title={t`没有 ${code} 的K线`}
        meaning={t`没有这个代码, 或者还没有采集它的行情。`}
      />
    );
  }
  if (problemCode === "quality" && view.adj !== "none") {
    return (
      <ProblemNote
        error={error}
        onRetry={onRetry}
        title={t`缺少复权因子, 不能画${names[view.adj]}`}
        action={
          <button type="button" className="primary" onClick={() => onView({ adj: "none" })}>
            <Trans>查看不复权</Trans>
          </button>
        }
      />
    );
  }
  return <ProblemNote error={error} onRetry={onRetry} />;
}
