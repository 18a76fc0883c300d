import { Trans } from "@lingui/react/macro";
import { Link, Outlet, useNavigate, useParams } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { frequencies } from "~/api/bars";
import { SearchBox, type SearchHandle } from "~/features/search/SearchBox";
import { parseView } from "~/features/stock/view";
import { type KeyAction, KeyStream } from "~/lib/hotkeys";
import { Settings } from "./Settings";
import { SourceStrip } from "./SourceStrip";
import { StatusChip } from "./StatusChip";

/** Keys belong to what is being typed in or to the open dialog. */
function isTaken(target: EventTarget | null): boolean {
  if (document.querySelector('[role="dialog"]')) return true;
  const selector = "input, textarea, select, [contenteditable]";
  return target instanceof Element && target.closest(selector) !== null;
}

function useKeys(act: (action: KeyAction) => void): void {
  const latest = useRef(act);
  latest.current = act;
  useEffect(() => {
    const stream = new KeyStream((action) => latest.current(action));
    const listener = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing || isTaken(event.target)) return;
      if (stream.press(event)) event.preventDefault();
    };
    addEventListener("keydown", listener);
    return () => {
      removeEventListener("keydown", listener);
      stream.dispose();
    };
  }, []);
}

export function Shell() {
  const navigate = useNavigate();
  const { code } = useParams({ strict: false });
  const search = useRef<SearchHandle>(null);

  const openStock = (chosen: string) => {
    void navigate({ to: "/s/$code", params: { code: chosen }, search: (last) => parseView(last) });
  };
  useKeys((action) => {
    if (action.type === "search") {
      search.current?.open(action.text);
    } else if (code !== undefined) {
      const freq = frequencies[action.index];
      const search = (last: object) => ({ ...parseView({ ...last }), freq });
      void navigate({ to: "/s/$code", params: { code }, search });
    }
  });

  return (
    <div className="shell">
      <SourceStrip />
      <header className="top">
        <Link to="/" className="brand">
          <Trans>看盘</Trans>
        </Link>
        <SearchBox ref={search} onChoose={openStock} />
        <StatusChip />
        <Settings />
      </header>
      <Outlet />
    </div>
  );
}
