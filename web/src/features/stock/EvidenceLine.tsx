import { Trans, useLingui } from "@lingui/react/macro";
import type { Completeness, Evidence } from "~/api/answer";
import { type Bar, barsAddress } from "~/api/bars";
import { failedTables } from "~/api/status";
import { count, exchangeTime } from "~/lib/format";
import { CollectionFailures } from "~/ui/Collection";
import { Icon, type IconName } from "~/ui/Icon";
import { Popover } from "~/ui/Popover";
import { useLive } from "~/ui/services";
import { useAdjustmentNames } from "./Toolbar";
import { barTables, type StockView } from "./view";

interface Props {
  code: string;
  view: StockView;
  bars: readonly Bar[];
  meta: Evidence | undefined;
  refreshing: boolean;
  /** The bars in sight are older than the last attempt to get newer ones. */
  refreshFailed: boolean;
  onRefresh(): void;
}

const icons: Record<Completeness, IconName> = {
  complete: "check",
  provisional: "clock",
  partial: "gap",
  empty: "gap",
  unknown: "gap",
};

function useStatusWords(): Record<Completeness, readonly [word: string, meaning: string]> {
  const { t } = useLingui();
  return {
    complete: [t`完整`, t`应有的行都在, 每一行都通过了入库检查。`],
    provisional: [t`待定`, t`有的行还没有收齐、还没有入库或还可能被更正, 收齐后自动变为完整。`],
    partial: [t`缺失`, t`有应有而没有的行, 明细如下。`],
    empty: [t`缺失`, t`这个范围内一行也没有。`],
    unknown: [t`不明`, t`无从判断是否齐全: 没有记录收过哪些天, 或所读的行后来有变动。`],
  };
}

/** Where the bars come from and how far they can be trusted, always in sight. */
export function EvidenceLine(props: Props) {
  const { code, view, bars, meta, refreshing, refreshFailed, onRefresh } = props;
  const { t } = useLingui();
  const words = useStatusWords();
  const rows = count(bars.length);
  const lastDay = bars.at(-1)?.day ?? "-";
  return (
    <section className="evidence" aria-label={t`数据证据`}>
      {/* Comes when there is something to say: values that grow in place would push each other. */}
      {meta && (
        <dl>
          <Fact name={t`表`} value={barTables.join(" + ")} />
          <Fact name={t`最新`} value={lastDay} />
          <Fact name={t`来源`} value={meta.source || "-"} />
          <Fact name={t`行数`} value={rows} />
          <Fact name={t`版本`} value={meta.dataVersion || "-"} />
        </dl>
      )}
      <span className="small" role="status">
        {refreshing && <Trans>刷新中…</Trans>}
        {refreshFailed && !refreshing && (
          <span className="stale">
            <Trans>刷新失败, 显示的是之前的数据</Trans>{" "}
            <button type="button" className="plain link" onClick={onRefresh}>
              <Trans>重试</Trans>
            </button>
          </span>
        )}
      </span>
      {meta && (
        <Popover
          side="top"
          className={`status ${meta.status}`}
          label={t`数据状态`}
          trigger={
            <>
              <span className="hidden">
                <Trans>数据状态</Trans>
              </span>
              <Icon name={icons[meta.status]} /> {words[meta.status][0]}
              {meta.missingCount > 0 && <span className="num"> {meta.missingCount}</span>}
            </>
          }
        >
          <EvidenceDetail code={code} view={view} meta={meta} meaning={words[meta.status][1]} />
        </Popover>
      )}
    </section>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd className="num">{value}</dd>
    </div>
  );
}

interface DetailProps {
  code: string;
  view: StockView;
  meta: Evidence;
  meaning: string;
}

function EvidenceDetail({ code, view, meta, meaning }: DetailProps) {
  const { t } = useLingui();
  const names = useAdjustmentNames();
  const { status } = useLive();
  const days = meta.missingCount;
  const others = meta.shortDays - days;
  const units = meta.columns.filter((c) => c.unit !== "").map((c) => `${c.name} ${c.unit}`);
  const url = `${location.origin}${barsAddress({ code, freq: view.freq, adj: view.adj })}`;
  return (
    <div className="evidence-detail">
      <p>{meaning}</p>
      <CollectionFailures tables={failedTables(status, barTables)} />
      {meta.missing.length > 0 && (
        <ul aria-label={t`缺少的行`}>
          {meta.missing.map((text) => (
            <li key={text}>{text}</li>
          ))}
          {/* An entry may be of many days, and the list may be cut. */}
          {days > meta.missing.length && (
            <li>
              <Trans>共 {days} 天</Trans>
            </li>
          )}
        </ul>
      )}
      {others > 0 && (
        <p>
          <Trans>另有 {others} 天只缺其他股票的行, 与这只股票无关。</Trans>
        </p>
      )}
      <dl>
        <Fact name={t`入库时间`} value={meta.asOf ? exchangeTime(meta.asOf) : "-"} />
        <Fact name={t`数据版本`} value={meta.dataVersion || "-"} />
        <Fact name={t`价格`} value={names[view.adj]} />
        {meta.anchor && <Fact name={t`复权基准日`} value={meta.anchor} />}
        {units.length > 0 && <Fact name={t`单位`} value={units.join(", ")} />}
      </dl>
      <p>
        <Trans>同样的数据, 用命令取:</Trans>
      </p>
      <pre>curl '{url}'</pre>
    </div>
  );
}
