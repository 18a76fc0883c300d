// What a failed question is called in the page's language. The server speaks English; its sentence
// stays beside these, as a detail.
import { useLingui } from "@lingui/react/macro";
import { Problem } from "~/api/problem";
import { useOnline } from "./services";

export interface ProblemWords {
  title: string;
  /** What it means and what can be done, in a sentence. */
  meaning: string;
  /** The server's or the program's own words; "" where they add nothing. */
  detail: string;
}

/** The server's codes (its page /docs/errors) that can come up here; others go by their status. */
function useCodeMeanings(): Record<string, string> {
  const { t } = useLingui();
  const busy = t`服务正忙或还没准备好, 请稍后再试。`;
  return {
    usage: t`请求的参数有误。`,
    not_found: t`没有这样的代码或数据。`,
    unknown_route: t`服务没有这个地址。页面和服务的版本可能不同, 请刷新页面。`,
    quality: t`数据不够好, 给不出正确的答案。`,
    partial: t`只有一部分数据可得。`,
    config: t`服务的配置有误。`,
    io: t`服务读写文件失败。`,
    corrupt: t`存储已损坏, 请在服务器上运行 kanpan doctor。`,
    no_space: t`服务器的磁盘已满。`,
    timeout: t`服务处理得太久, 已经放弃。`,
    busy,
    not_ready: busy,
    overloaded: busy,
    too_many_connections: busy,
    cancelled: busy,
  };
}

function useUnanswered(): ProblemWords {
  const { t } = useLingui();
  const online = useOnline();
  return {
    title: online ? t`连不上看盘服务` : t`没有网络`,
    meaning: online
      ? t`服务可能已停止或正在重启。连上以后, 这里会自动更新。`
      : t`连上网络以后, 这里会自动更新。`,
    // The browser's own words say less, in a language of their own.
    detail: "",
  };
}

export function useProblemWords(error: Error): ProblemWords {
  const { t } = useLingui();
  const unanswered = useUnanswered();
  const meanings = useCodeMeanings();
  const detail = error.message;
  if (!(error instanceof Problem)) {
    return { title: t`页面出错了`, meaning: t`请刷新页面再试。`, detail };
  }
  if (error.kind === "network") return unanswered;
  if (error.kind === "timeout") {
    return { title: t`服务没有及时应答`, meaning: t`服务可能正忙, 请稍后再试。`, detail: "" };
  }
  if (error.kind === "shape") {
    const meaning = t`页面和服务的版本可能不同, 请刷新页面再试。`;
    return { title: t`服务的应答读不懂`, meaning, detail };
  }
  const known = Object.hasOwn(meanings, error.code) ? meanings[error.code] : undefined;
  if (error.status >= 500) {
    const meaning = known ?? t`服务内部出错, 它的日志里有原因。`;
    return { title: t`服务出错了`, meaning, detail };
  }
  return { title: t`服务没有接受这个请求`, meaning: known ?? t`原因见下面的说明。`, detail };
}
