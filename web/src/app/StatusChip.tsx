import { Trans, useLingui } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { stalenessQuery } from "~/api/freshness";
import type { LiveState } from "~/api/live";
import { chartDay, doneShare, failedTables } from "~/api/status";
import { duration } from "~/lib/format";
import { CollectionFailures, CollectionProgress, StaleNote, TableList } from "~/ui/Collection";
import { Popover } from "~/ui/Popover";
import { useLive, useNow, usePreferences } from "~/ui/services";

/** How long nothing was heard, so that a stopped figure is not taken for a current one. */
function Lost({ live }: { live: LiveState }) {
  const { locale } = usePreferences();
  const now = useNow(true);
  if (live.heardAt === 0) return <Trans>未连接</Trans>;
  const age = duration((now - live.heardAt) / 1000, locale);
  return <Trans>断开 {age}</Trans>;
}

type ChipState = "lost" | "busy" | "failed" | "stale" | "ready";

function chipState({ connected, status }: LiveState, stale: boolean): ChipState {
  if (!connected) return "lost";
  if (status?.collecting) return "busy";
  if (failedTables(status).length > 0) return "failed";
  return stale ? "stale" : "ready";
}

/** The chip in the top bar: collecting, ready, stale, failed or cut off; opens the list of tables. */
export function StatusChip() {
  const { t } = useLingui();
  const live = useLive();
  const { status, connected } = live;
  const share = status && doneShare(status);
  const percent = share == null ? "" : `${(share * 100).toFixed(0)}%`;
  const day = chartDay(status);
  const failed = failedTables(status);
  const failures = failed.length;
  const stale = useQuery(stalenessQuery).data ?? false;
  const state = chipState(live, stale);
  return (
    <Popover
      className={`chip ${state}`}
      label={t`采集状态`}
      trigger={
        <>
          <span className="hidden">
            <Trans>采集状态</Trans>
          </span>
          <span className="dot" aria-hidden="true" />
          <span className="chip-text num">
            {state === "lost" && <Lost live={live} />}
            {state === "busy" && <Trans>采集中 {percent}</Trans>}
            {state === "failed" && <Trans>{failures} 张表采集失败</Trans>}
            {state === "stale" && (day ? <Trans>已过期, 只到 {day}</Trans> : <Trans>已过期</Trans>)}
            {state === "ready" && (day ? <Trans>已到 {day}</Trans> : <Trans>已连接</Trans>)}
          </span>
        </>
      }
    >
      <div className="status-detail">
        {!connected && <StaleNote live={live} />}
        {status?.collecting && <CollectionProgress status={status} />}
        <CollectionFailures tables={failed} />
        {status ? <TableList status={status} /> : <Trans>还没有收到采集状态。</Trans>}
      </div>
    </Popover>
  );
}
