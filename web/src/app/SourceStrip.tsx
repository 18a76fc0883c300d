import { Trans, useLingui } from "@lingui/react/macro";
import { useOnline } from "~/ui/services";
import { useSimulated } from "~/ui/simulated";

/** The strip above everything, on every page and out of the scrolling: what kind of data this is. */
export function SourceStrip() {
  const { t } = useLingui();
  const simulated = useSimulated();
  const online = useOnline();
  return (
    <div className={`strip ${simulated ? "simulated" : ""}`} role="note" aria-label={t`数据性质`}>
      {simulated ? (
        <p>
          <strong>
            <Trans>模拟数据</Trans>
          </strong>{" "}
          <Trans>不是真实行情, 由内置的模拟交易所生成</Trans>
        </p>
      ) : (
        <p>
          <Trans>A股行情 · 价格单位 元 · 时间为北京时间</Trans>
        </p>
      )}
      {!online && (
        <p className="offline" role="status">
          <Trans>离线: 显示的是断网前的数据</Trans>
        </p>
      )}
    </div>
  );
}
