import { useLingui } from "@lingui/react/macro";
import type { Adjustment, Frequency } from "~/api/bars";
import { type Choice, Segmented } from "~/ui/Segmented";
import type { Range, StockView } from "./view";

interface Props {
  view: StockView;
  onChange(change: Partial<StockView>): void;
}

export function useAdjustmentNames(): Record<Adjustment, string> {
  const { t } = useLingui();
  return { none: t`不复权`, qfq: t`前复权`, hfq: t`后复权` };
}

export function Toolbar({ view, onChange }: Props) {
  const { t } = useLingui();
  const names = useAdjustmentNames();
  const frequencies: ReadonlyArray<Choice<Frequency>> = [
    { value: "D", label: t`日K`, hint: t`按键 1` },
    { value: "W", label: t`周K`, hint: t`按键 2` },
    { value: "M", label: t`月K`, hint: t`按键 3` },
  ];
  const adjustments: ReadonlyArray<Choice<Adjustment>> = [
    { value: "none", label: names.none, hint: t`交易所当日的原始价格` },
    { value: "qfq", label: names.qfq, hint: t`以最后一天的价格为准, 往前调整` },
    { value: "hfq", label: names.hfq, hint: t`以上市首日的价格为准, 往后调整` },
  ];
  const ranges: ReadonlyArray<Choice<Range>> = [
    { value: "3m", label: t`3月` },
    { value: "1y", label: t`1年` },
    { value: "3y", label: t`3年` },
    { value: "all", label: t`全部` },
  ];
  return (
    <div className="toolbar" role="toolbar" aria-label={t`图表设置`}>
      <Segmented
        label={t`周期`}
        choices={frequencies}
        value={view.freq}
        onChange={(freq) => onChange({ freq })}
      />
      <Segmented
        label={t`复权`}
        choices={adjustments}
        value={view.adj}
        onChange={(adj) => onChange({ adj })}
      />
      <Segmented
        label={t`范围`}
        choices={ranges}
        value={view.range}
        onChange={(range) => onChange({ range })}
      />
    </div>
  );
}
