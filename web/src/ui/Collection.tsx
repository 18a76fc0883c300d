import { Trans, useLingui } from "@lingui/react/macro";
import type { LiveState } from "~/api/live";
import { doneShare, type Status, type TableStatus } from "~/api/status";
import { clockTime, count, duration, exchangeTime, large } from "~/lib/format";
import { useLive, useNow, usePreferences } from "./services";

/** The table's own title where the server gives one. */
function tableTitle(status: Status): string {
  return status.tables.find((t) => t.name === status.table)?.title || status.table;
}

/** "数据停在 10:21:37 (35 秒前)": shown while the line is down, so that age is never hidden. */
export function StaleNote({ live }: { live: LiveState }) {
  const { locale } = usePreferences();
  const now = useNow(!live.connected);
  const time = clockTime(live.heardAt);
  const age = duration((now - live.heardAt) / 1000, locale);
  const wait = duration(Math.max(0, live.retryAt - now) / 1000, locale);
  return (
    <span className="stale">
      {live.heardAt > 0 ? (
        <Trans>
          重连中, 数据停在 {time} ({age}前)
        </Trans>
      ) : (
        <Trans>连接中, {wait}后再试</Trans>
      )}
    </span>
  );
}

/** The bar and the figures of a running collection. */
export function CollectionProgress({ status }: { status: Status }) {
  const { t } = useLingui();
  const { locale } = usePreferences();
  const share = doneShare(status);
  const name = tableTitle(status);
  const speed = large(status.rowsPerSecond, locale);
  const left = duration(status.etaSeconds, locale);
  const done = count(status.unitsDone);
  const total = count(status.unitsTotal);
  const rows = large(status.rows, locale);
  const calls = count(status.callsLeft);
  return (
    <div className="progress">
      <div className="progress-head">
        <span>
          <Trans>正在采集 {name}</Trans>
        </span>
        <span className="num">{share === null ? "" : `${(share * 100).toFixed(0)}%`}</span>
      </div>
      <progress aria-label={t`采集进度`} max={1} {...(share === null ? {} : { value: share })} />
      <ul className="figures num">
        {status.unitsTotal !== null && (
          <li>
            <Trans>
              {done} / {total} 份
            </Trans>
          </li>
        )}
        {status.rows !== null && (
          <li>
            <Trans>{rows} 行</Trans>
          </li>
        )}
        {status.rowsPerSecond !== null && (
          <li>
            <Trans>{speed} 行/秒</Trans>
          </li>
        )}
        {status.etaSeconds !== null && (
          <li>
            <Trans>还需 {left}</Trans>
          </li>
        )}
        {status.callsLeft !== null && (
          <li>
            <Trans>还剩 {calls} 次调用</Trans>
          </li>
        )}
      </ul>
    </div>
  );
}

/** Why the last collection of some tables failed, what is held of them and what comes next. */
export function CollectionFailures({ tables }: { tables: readonly TableStatus[] }) {
  const { t } = useLingui();
  if (tables.length === 0) return null;
  return (
    <ul className="failures" aria-label={t`上次采集失败`}>
      {tables.map((table) => (
        <li key={table.name}>
          <Failure table={table} />
        </li>
      ))}
    </ul>
  );
}

function Failure({ table }: { table: TableStatus }) {
  const name = table.title || table.name;
  const success = exchangeTime(table.lastSuccess);
  const next = exchangeTime(table.nextRun);
  return (
    <>
      <strong>
        <Trans>{name}: 上次采集失败</Trans>
      </strong>
      <p lang="en">{table.lastError}</p>
      <p className="small num">
        {table.lastSuccess ? <Trans>上次成功 {success}</Trans> : <Trans>还没有成功过</Trans>}
        {table.nextRun && (
          <>
            {" · "}
            <Trans>下次 {next}</Trans>
          </>
        )}
      </p>
    </>
  );
}

/** The server's states in the page's language; an unknown one as it came. */
function useStateNames(): Record<string, string> {
  const { t } = useLingui();
  return { stored: t`已有`, collecting: t`采集中`, empty: t`空` };
}

/** Every table: what it is doing, how much there is, how far it is complete. */
export function TableList({ status }: { status: Status }) {
  const { locale } = usePreferences();
  const states = useStateNames();
  if (status.tables.length === 0) return null;
  const anyQuarantined = status.tables.some((table) => table.quarantined);
  return (
    <table className="grid">
      <thead>
        <tr>
          <th scope="col">
            <Trans>表</Trans>
          </th>
          <th scope="col">
            <Trans>状态</Trans>
          </th>
          <th scope="col" className="num">
            <Trans>行数</Trans>
          </th>
          {anyQuarantined && (
            <th scope="col" className="num">
              <Trans>隔离</Trans>
            </th>
          )}
          <th scope="col">
            <Trans>最新日期</Trans>
          </th>
        </tr>
      </thead>
      <tbody>
        {status.tables.map((table) => (
          <tr key={table.name}>
            <th scope="row" title={table.name}>
              {table.title || table.name}
            </th>
            <td>{states[table.state] ?? (table.state || "-")}</td>
            <td className="num">{large(table.rows, locale)}</td>
            {anyQuarantined && (
              <td className="num">{table.quarantined ? count(table.quarantined) : ""}</td>
            )}
            <td className="num">{table.lastDay || "-"}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** For the place where data would be: nothing yet, and why. */
export function NothingYet() {
  const live = useLive();
  return (
    <div className="note" role="status">
      <h2>
        <Trans>还没有数据</Trans>
      </h2>
      {live.status?.collecting ? (
        <CollectionProgress status={live.status} />
      ) : (
        <p>
          <Trans>
            现在没有采集任务在运行。用 <code>kanpan collect --all</code> 开始采集, 这里会自动更新。
          </Trans>
        </p>
      )}
      {!live.connected && <StaleNote live={live} />}
    </div>
  );
}
