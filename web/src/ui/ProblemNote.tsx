import { Trans, useLingui } from "@lingui/react/macro";
import type { ReactNode } from "react";
import { Problem } from "~/api/problem";
import { useOnline } from "./services";

interface Props {
  error: Error;
  onRetry(): void;
  /** A better way out than asking again. */
  action?: ReactNode;
  title?: string | undefined;
}

function useTitle(error: Error): string {
  const { t } = useLingui();
  const online = useOnline();
  if (!(error instanceof Problem)) return t`页面出错了`;
  if (error.kind === "network") return online ? t`连不上看盘服务` : t`没有网络`;
  if (error.kind === "timeout") return t`服务没有及时应答`;
  if (error.kind === "shape") return t`服务的应答读不懂`;
  return error.status >= 500 ? t`服务出错了` : t`服务没有接受这个请求`;
}

/** An error where the data would have been: what happened, what to do, and the id to report. */
export function ProblemNote({ error, onRetry, action, title }: Props) {
  const ownTitle = useTitle(error);
  const problem = error instanceof Problem ? error : null;
  return (
    <div className="note" role="alert">
      <h2>{title ?? ownTitle}</h2>
      <p>{error.message}</p>
      {problem?.hint && <p className="small">{problem.hint}</p>}
      {problem?.errors.map((e) => (
        <p key={e.field + e.reason}>
          <code>{e.field}</code> {e.value && <code>{e.value}</code>} {e.reason} {e.hint}
        </p>
      ))}
      <p className="actions">
        {action}
        <button type="button" onClick={onRetry}>
          <Trans>重试</Trans>
        </button>
      </p>
      {problem && problem.status > 0 && (
        <p className="small">
          HTTP {problem.status}
          {problem.code && ` · ${problem.code}`}
          {problem.requestId && (
            <>
              {" · "}
              <Trans>请求号</Trans> <code>{problem.requestId}</code>
            </>
          )}
        </p>
      )}
    </div>
  );
}
