import { useLingui } from "@lingui/react/macro";
import { type Ref, useId, useImperativeHandle, useRef } from "react";
import { Icon } from "~/ui/Icon";
import { SearchPanel } from "./SearchPanel";
import { useSearch } from "./useSearch";

export interface SearchHandle {
  /** Focuses the box and types `text` into it. */
  open(text: string): void;
}

interface Props {
  ref: Ref<SearchHandle>;
  onChoose(code: string): void;
}

export function SearchBox({ ref, onChoose }: Props) {
  const { t } = useLingui();
  const input = useRef<HTMLInputElement>(null);
  const search = useSearch(input, onChoose);
  const { rows, active, text } = search;
  const listId = useId();
  const optionId = (index: number) => `${listId}-${index}`;
  const showsList = search.isOpen && (search.query !== "" || rows.length > 0);

  useImperativeHandle(ref, () => ({
    open(typed) {
      input.current?.focus();
      if (typed !== "") search.change((input.current?.value ?? "") + typed);
    },
  }));

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
        onChange={(event) => search.change(event.target.value)}
        onFocus={() => search.setOpen(true)}
        onBlur={search.close}
        onKeyDown={search.onKeyDown}
      />
      <kbd>/</kbd>
      {showsList && (
        <SearchPanel
          id={listId}
          optionId={optionId}
          rows={rows}
          query={search.query}
          active={active}
          isFetching={search.search.isFetching}
          error={search.search.error}
          onPoint={search.setActive}
          onChoose={search.choose}
        />
      )}
    </search>
  );
}
