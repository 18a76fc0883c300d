import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, type RefObject, useDeferredValue, useEffect, useState } from "react";
import { type Stock, searchQuery } from "~/api/search";
import { usePreferences } from "~/ui/services";

export type Row = Pick<Stock, "code" | "name"> & Partial<Stock>;

const shownRows = 12;

/** Recent stocks for an empty text, found ones otherwise. */
function useRows(text: string) {
  const { recent } = usePreferences();
  const query = useDeferredValue(text.trim());
  const search = useQuery({ ...searchQuery(query), placeholderData: keepPreviousData });
  const rows: readonly Row[] = query === "" ? recent : (search.data ?? []).slice(0, shownRows);
  // Rows of another text must not be chosen by Enter.
  const settled = query === text.trim() && !search.isPlaceholderData && !search.isFetching;
  return { rows, search, query, settled };
}

/** The state of the search box: its text, what it found, which row is marked. */
export function useSearch(
  input: RefObject<HTMLInputElement | null>,
  onChoose: (code: string) => void,
) {
  const [text, setText] = useState("");
  const [isOpen, setOpen] = useState(false);
  const [active, setActive] = useState(0);
  const [enterWaits, setEnterWaits] = useState(false);
  const found = useRows(text);
  const { rows, settled } = found;

  const change = (value: string) => {
    setText(value);
    setActive(0);
    setEnterWaits(false);
    setOpen(true);
  };
  const close = () => {
    change("");
    setOpen(false);
  };
  const choose = (row: Row | undefined) => {
    setEnterWaits(false);
    if (!row) return;
    close();
    input.current?.blur();
    onChoose(row.code);
  };
  // Enter came before the rows of the text did.
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs when the rows are there, once
  useEffect(() => {
    if (enterWaits && settled) choose(rows[active]);
  }, [enterWaits, settled]);

  const move = (step: 1 | -1) => {
    setOpen(true);
    if (rows.length > 0) setActive((active + step + rows.length) % rows.length);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "ArrowDown") move(1);
    else if (event.key === "ArrowUp") move(-1);
    else if (event.key === "Enter" && settled) choose(rows[active]);
    else if (event.key === "Enter") setEnterWaits(true);
    else if (event.key === "Escape")
      input.current?.blur(); // Which closes it.
    else return;
    event.preventDefault();
  };
  return { ...found, text, isOpen, active, setActive, setOpen, change, close, choose, onKeyDown };
}
