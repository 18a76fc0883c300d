import { useLingui } from "@lingui/react/macro";
import { useEffect } from "react";
import { useSimulated } from "./simulated";

/** The document's title, marked while the data is simulated. */
export function useTitle(page: string): void {
  const { t } = useLingui();
  const simulated = useSimulated();
  const title = [page, t`看盘`].filter(Boolean).join(" · ");
  const mark = simulated ? `[${t`模拟数据`}] ` : "";
  useEffect(() => {
    document.title = mark + title;
  }, [mark, title]);
}
