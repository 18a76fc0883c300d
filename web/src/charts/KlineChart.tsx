import { type KeyboardEvent, useEffect, useRef } from "react";
import type { Locale } from "~/lib/format";
import { type KlineCallbacks, KlineView, type Series, type Span } from "./kline_view";

interface Props extends KlineCallbacks {
  series: Series;
  span: Span;
  /** Changes when the span is asked for again, after the person moved away from it. */
  asked: number;
  /** Asking for older bars failed. */
  olderFailed: boolean;
  locale: Locale;
  /** Changes with theme and palette. */
  look: string;
  label: string;
  describedBy: string;
  /** A bar was reached by keyboard: worth saying aloud. */
  announce(): void;
}

type Move = (view: KlineView) => void;
const moves: Record<string, Move> = {
  ArrowLeft: (view) => view.moveCursor(-1),
  ArrowRight: (view) => view.moveCursor(1),
  PageUp: (view) => view.moveCursor(-20),
  PageDown: (view) => view.moveCursor(20),
  Home: (view) => view.moveCursor("first"),
  End: (view) => view.moveCursor("last"),
};
const zooms: Record<string, number> = { "+": 1, "=": 1, "-": -1, ArrowUp: 1, ArrowDown: -1 };

export function KlineChart(props: Props) {
  const { series, span, asked, olderFailed, locale, look } = props;
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<KlineView | null>(null);
  const callbacks = useRef<KlineCallbacks>(props);
  callbacks.current = props;

  useEffect(() => {
    if (!host.current) return;
    const created = new KlineView(
      host.current,
      {
        needOlder: () => callbacks.current.needOlder(),
        cursor: (index) => callbacks.current.cursor(index),
      },
      locale,
    );
    view.current = created;
    return () => {
      created.destroy();
      view.current = null;
    };
  }, [locale]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new look means new CSS variables
  useEffect(() => view.current?.restyle(), [look]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked for again, or in a new view
  useEffect(() => view.current?.setSpan(span), [span, asked, locale]);
  useEffect(() => {
    if (olderFailed) view.current?.olderFailed();
  }, [olderFailed]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new locale makes a new, empty view
  useEffect(() => view.current?.show(series), [series, locale]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (!view.current || event.ctrlKey || event.metaKey || event.altKey) return;
    const move = moves[event.key];
    const zoom = zooms[event.key];
    if (move) {
      move(view.current);
      props.announce();
    } else if (zoom !== undefined) {
      view.current.zoom(zoom);
    } else if (event.key === "Escape") {
      view.current.clearCursor();
    } else {
      return;
    }
    event.preventDefault();
  };

  return (
    <div
      ref={host}
      className="kline"
      role="application"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the chart is moved by keys
      tabIndex={0}
      aria-label={props.label}
      aria-describedby={props.describedBy}
      onKeyDown={onKeyDown}
      onBlur={() => view.current?.clearCursor()}
    />
  );
}
