import { Trans } from "@lingui/react/macro";
import type { ReactNode } from "react";
import { Problem } from "~/api/problem";
import { useProblemWords } from "./problem_words";

interface Props {
  error: Error;
  onRetry(): void;
  /** A better way out than asking again. */
  action?: ReactNode;
  /** Better words than those for any problem of its kind. */
  title?: string | undefined;
  meaning?: string | undefined;
}

/** An error where the data would have been: what happened, what to do, and the id to report. */
export function ProblemNote({ error, onRetry, action, title, meaning }: Props) {
  const words = useProblemWords(error);
  const problem = error instanceof Problem ? error : null;
  return (
    <div className="note" role="alert">
      <h2>{title ?? words.title}</h2>
      <p>{meaning ?? words.meaning}</p>
      {words.detail && (
        <p className="small" lang="en">
          {words.detail}
        </p>
      )}
      {problem?.hint && (
        <p className="small" lang="en">
          {problem.hint}
        </p>
      )}
      {problem?.errors.map((e) => (
        <p key={e.field + e.reason} className="small" lang="en">
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
