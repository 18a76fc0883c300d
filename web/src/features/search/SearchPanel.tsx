import { Trans, useLingui } from "@lingui/react/macro";
import { marketName } from "~/lib/format";
import { useProblemWords } from "~/ui/problem_words";
import { usePreferences } from "~/ui/services";
import { matched } from "./matched";
import type { Row } from "./useSearch";

interface Props {
  id: string;
  optionId(index: number): string;
  rows: readonly Row[];
  query: string;
  active: number;
  isFetching: boolean;
  error: Error | null;
  onPoint(index: number): void;
  onChoose(row: Row): void;
}

/** What hangs below the box. The focus stays in the box (combobox pattern). */
export function SearchPanel(props: Props) {
  const { t } = useLingui();
  const { id, optionId, rows, query, active, onPoint, onChoose } = props;
  return (
    <div className="search-panel">
      {query === "" && (
        <p className="search-head">
          <Trans>最近看过</Trans>
        </p>
      )}
      <div role="listbox" id={id} aria-label={t`搜索结果`}>
        {rows.map((row, index) => (
          <Option
            key={row.code}
            id={optionId(index)}
            row={row}
            query={query}
            selected={index === active}
            onPoint={() => onPoint(index)}
            onChoose={() => onChoose(row)}
          />
        ))}
      </div>
      {query !== "" && <Note {...props} />}
    </div>
  );
}

interface OptionProps {
  id: string;
  row: Row;
  query: string;
  selected: boolean;
  onPoint(): void;
  onChoose(): void;
}

function Option({ id, row, query, selected, onPoint, onChoose }: OptionProps) {
  const { locale } = usePreferences();
  return (
    // biome-ignore lint/a11y/useFocusableInteractive: the input keeps the focus (combobox pattern)
    // biome-ignore lint/a11y/useKeyWithClickEvents: keys are handled by the input
    <div
      id={id}
      role="option"
      aria-selected={selected}
      onMouseMove={onPoint}
      onMouseDown={(event) => event.preventDefault()}
      onClick={onChoose}
    >
      <Met text={row.code} query={query} className="num code" />
      <Met text={row.name} query={query} className="name" />
      <Met text={row.pinyin ?? ""} query={query} className="pinyin" />
      <span className="small">{marketName(row.market ?? "", locale)}</span>
    </div>
  );
}

function Met({ text, query, className }: { text: string; query: string; className: string }) {
  const { before, met, after } = matched(text, query);
  return (
    <span className={className}>
      {before}
      {met && <mark>{met}</mark>}
      {after}
    </span>
  );
}

/** Why there are no rows. */
function Note({ rows, query, isFetching, error }: Props) {
  if (error) return <Failure error={error} />;
  if (rows.length > 0) return null;
  return (
    <p className="search-head" role="status">
      {isFetching ? <Trans>搜索中…</Trans> : <Trans>没有找到 "{query}"</Trans>}
    </p>
  );
}

function Failure({ error }: { error: Error }) {
  const { title, meaning, detail } = useProblemWords(error);
  return (
    <div className="search-head" role="alert">
      <p>
        <Trans>搜索失败: {title}</Trans>
      </p>
      <p>{meaning}</p>
      {detail && <p lang="en">{detail}</p>}
    </div>
  );
}
