import { Trans, useLingui } from "@lingui/react/macro";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import {
  type KeyboardEvent,
  type Ref,
  useDeferredValue,
  useId,
  useImperativeHandle,
  useRef,
  useState,
} from "react";
import { type Stock, searchQuery } from "~/api/search";
import { marketName } from "~/lib/format";
import { Icon } from "~/ui/Icon";
import { usePreferences } from "~/ui/services";
import { matched } from "./matched";

export interface SearchHandle {
  /** Focuses the box and types `text` into it. */
  open(text: string): void;
}

interface Props {
  ref: Ref<SearchHandle>;
  onChoose(code: string): void;
}

type Row = Pick<Stock, "code" | "name"> & Partial<Stock>;

const shownRows = 12;

function useRows(text: string) {
  const { recent } = usePreferences();
  const query = useDeferredValue(text.trim());
  const search = useQuery({ ...searchQuery(query), placeholderData: keepPreviousData });
  const rows: readonly Row[] = query === "" ? recent : (search.data ?? []).slice(0, shownRows);
  // Rows of another text must not be chosen by Enter.
  const settled = query === text.trim() && (query === "" || !search.isPlaceholderData);
  return { rows, search, query, settled: settled && !search.isFetching };
}

export function SearchBox({ ref, onChoose }: Props) {
  const { t } = useLingui();
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState("");
  const [isOpen, setOpen] = useState(false);
  const [active, setActive] = useState(0);
  const [enterWaits, setEnterWaits] = useState(false);
  const listId = useId();
  const { rows, search, query, settled } = useRows(text);

  const close = () => {
    setOpen(false);
    setText("");
    setActive(0);
    setEnterWaits(false);
  };
  const choose = (row: Row | undefined) => {
    if (!row) return;
    close();
    input.current?.blur();
    onChoose(row.code);
  };
  if (enterWaits && settled) {
    setEnterWaits(false);
    queueMicrotask(() => choose(rows[active]));
  }

  useImperativeHandle(ref, () => ({
    open(typed) {
      input.current?.focus();
      setOpen(true);
      if (typed !== "") change(input.current?.value ? input.current.value + typed : typed);
    },
  }));

  const change = (value: string) => {
    setText(value);
    setActive(0);
    setEnterWaits(false);
    setOpen(true);
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const step = event.key === "ArrowDown" ? 1 : -1;
      setOpen(true);
      if (rows.length > 0) setActive((active + step + rows.length) % rows.length);
    } else if (event.key === "Enter") {
      if (settled) choose(rows[active]);
      else setEnterWaits(true);
    } else if (event.key === "Escape") {
      close();
      input.current?.blur();
    } else {
      return;
    }
    event.preventDefault();
  };

  const optionId = (index: number) => `${listId}-${index}`;
  const showsList = isOpen && (query !== "" || rows.length > 0);
  return (
    <search className="search">
      <Icon name="search" />
      <input
        ref={input}
        type="text"
        role="combobox"
        aria-label={t`搜索股票`}
        aria-expanded={showsList}
        aria-controls={listId}
        aria-autocomplete="list"
        aria-activedescendant={showsList && rows[active] ? optionId(active) : undefined}
        placeholder={t`代码 / 名称 / 拼音首字母`}
        autoComplete="off"
        autoCorrect="off"
        autoCapitalize="off"
        spellCheck={false}
        maxLength={40}
        value={text}
        onChange={(event) => change(event.target.value)}
        onFocus={() => setOpen(true)}
        onBlur={close}
        onKeyDown={onKeyDown}
      />
      <kbd>/</kbd>
      {showsList && (
        <div className="search-panel">
          {query === "" && (
            <p className="search-head">
              <Trans>最近看过</Trans>
            </p>
          )}
          <div role="listbox" id={listId} aria-label={t`搜索结果`}>
            {rows.map((row, index) => (
              <Option
                key={row.code}
                id={optionId(index)}
                row={row}
                query={query}
                selected={index === active}
                onPoint={() => setActive(index)}
                onChoose={() => choose(row)}
              />
            ))}
          </div>
          <SearchState search={search} query={query} isEmpty={rows.length === 0} />
        </div>
      )}
    </search>
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

interface SearchStateProps {
  search: { isError: boolean; isFetching: boolean; error: Error | null };
  query: string;
  isEmpty: boolean;
}

function SearchState({ search, query, isEmpty }: SearchStateProps) {
  if (query === "") return null;
  if (search.isError) {
    return (
      <p className="search-head" role="alert">
        <Trans>搜索失败: {search.error?.message}</Trans>
      </p>
    );
  }
  if (!isEmpty) return null;
  return (
    <p className="search-head" role="status">
      {search.isFetching ? <Trans>搜索中…</Trans> : <Trans>没有找到 "{query}"</Trans>}
    </p>
  );
}
