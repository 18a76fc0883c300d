// A candle chart with volume in one element: owns the klinecharts instance, knows nothing of React.
import {
  type Chart,
  type DataLoader,
  type DataLoaderGetBarsParams,
  dispose,
  init,
  type KLineData,
  type Period,
} from "klinecharts";
import type { Bar, Frequency } from "~/api/bars";
import { monthsBefore } from "~/lib/days";
import { type Locale, tick } from "~/lib/format";
import { movingAverages, volumeAverages } from "./averages";
import { change } from "./reconcile";
import { axisTextWidth, chartStyles } from "./styles";
import { wholeTicks } from "./ticks";

/** Months back from the last bar; "all" is everything there is. */
export type Span = number | "all";

export interface Series {
  /** Changes when other bars are meant: code, period, adjustment. */
  key: string;
  frequency: Frequency;
  bars: readonly Bar[];
  hasOlder: boolean;
}

export interface KlineCallbacks {
  /** The left edge came into view: bring older bars through `show`, or call `olderFailed`. */
  needOlder(): void;
  /** The bar under the crosshair; null when there is none. */
  cursor(index: number | null): void;
}

const candlePane = "candle_pane";
const volumePaneHeight = 96;
const narrowestBar = 0.05;
const widestBar = 40;
const emptyBars = 2;
const longestAverage = Math.max(...movingAverages);

const periods: Record<Frequency, Period> = {
  D: { type: "day", span: 1 },
  W: { type: "week", span: 1 },
  M: { type: "month", span: 1 },
};

function toKline(bar: Bar): KLineData {
  const { timestamp, open, high, low, close } = bar;
  return { timestamp, open, high, low, close, volume: bar.volume ?? 0 };
}

export class KlineView {
  private readonly chart: Chart;
  private readonly observer: ResizeObserver;
  private series: Series | null = null;
  private heldOlder: DataLoaderGetBarsParams["callback"] | null = null;
  private pushBar: ((bar: KLineData) => void) | null = null;
  private span: Span = 12;
  /** A person scrolled or zoomed: the span no longer decides what is in sight. */
  private moved = false;
  private cursorIndex: number | null = null;

  constructor(
    private readonly element: HTMLElement,
    private readonly callbacks: KlineCallbacks,
    locale: Locale,
  ) {
    const chart = init(element, {
      timezone: "UTC",
      styles: chartStyles(element),
      hotkey: { enabled: false },
      formatter: { formatBigNumber: (value) => tick(Number(value), locale) },
      thousandsSeparator: { sign: "" },
      layout: { barSpaceLimit: { min: narrowestBar, max: 50 } },
    });
    if (!chart) throw new Error("the browser gives no canvas for the chart");
    this.chart = chart;
    // The chart takes the keys through its own element; klinecharts would add a stop before all others.
    element.firstElementChild?.setAttribute("tabindex", "-1");
    chart.overrideXAxis({
      createTicks: ({ defaultTicks, bounding }) =>
        wholeTicks(defaultTicks, bounding.width, axisTextWidth),
    });
    chart.createIndicator(
      { name: "MA", paneId: candlePane, calcParams: [...movingAverages] },
      true,
    );
    chart.createIndicator({ name: "VOL", calcParams: [...volumeAverages] });
    const volumePane = chart.getIndicators({ name: "VOL" })[0]?.paneId;
    if (volumePane) chart.setPaneOptions({ id: volumePane, height: volumePaneHeight });
    chart.subscribeAction("onCrosshairChange", (data) => this.crosshairMoved(data));
    for (const action of ["onZoom", "onScroll"] as const) {
      chart.subscribeAction(action, () => {
        this.moved = true;
      });
    }
    element.addEventListener("mouseleave", this.leave);
    this.observer = new ResizeObserver(() => this.resized());
    this.observer.observe(element);
  }

  destroy(): void {
    this.observer.disconnect();
    this.element.removeEventListener("mouseleave", this.leave);
    dispose(this.element);
  }

  restyle(): void {
    this.chart.setStyles(chartStyles(this.element));
  }

  /** Shows the series: from the start when its key is new, by the difference otherwise. */
  show(next: Series): void {
    const before = this.series;
    this.series = next;
    if (!before || before.key !== next.key) {
      this.heldOlder = null;
      this.cursorIndex = null;
      this.moved = false;
      this.load(before);
    } else {
      this.update(next);
    }
    this.applySpan();
  }

  /** Older bars did not come; scrolling to the edge again asks again. */
  olderFailed(): void {
    const held = this.heldOlder;
    this.heldOlder = null;
    held?.([], { forward: true, backward: false });
  }

  setSpan(span: Span): void {
    this.span = span;
    this.moved = false;
    this.applySpan();
  }

  /** Moves the crosshair to a neighbouring bar ("first", "last" or by a number of bars). */
  moveCursor(step: number | "first" | "last"): void {
    const bars = this.chart.getDataList();
    if (bars.length === 0) return;
    const last = bars.length - 1;
    const from = this.cursorIndex ?? last + (step === -1 ? 1 : 0);
    const wanted = step === "first" ? 0 : step === "last" ? last : from + step;
    const index = Math.max(0, Math.min(last, wanted));
    this.bringIntoView(index);
    const bar = bars[index];
    const point = this.chart.convertToPixel(
      { dataIndex: index, value: bar?.close ?? 0 },
      { paneId: candlePane },
    );
    if (!Array.isArray(point) && point.x !== undefined && point.y !== undefined) {
      this.chart.executeAction("onCrosshairChange", { paneId: candlePane, x: point.x, y: point.y });
    }
    this.setCursor(index);
  }

  clearCursor(): void {
    this.chart.executeAction("onCrosshairChange", { paneId: "" });
    this.setCursor(null);
  }

  zoom(scale: number): void {
    this.chart.zoomAtDataIndex(scale, this.chart.getDataList().length - 1);
  }

  private readonly leave = () => this.setCursor(null);

  private load(before: Series | null): void {
    const series = this.series;
    if (!series) return;
    if (before?.frequency !== series.frequency) this.chart.setPeriod(periods[series.frequency]);
    this.chart.setSymbol({ ticker: series.key, pricePrecision: 2, volumePrecision: 0 });
    if (!before) this.chart.setDataLoader(this.loader);
  }

  private readonly loader: DataLoader = {
    getBars: ({ type, callback }) => {
      const series = this.series;
      if (type === "init") {
        const bars = series?.bars.map(toKline) ?? [];
        callback(bars, { forward: series?.hasOlder ?? false, backward: false });
      } else if (type === "forward") {
        this.heldOlder = callback;
        // Asked for while the chart lays itself out; the answer must not come within that call.
        queueMicrotask(() => this.callbacks.needOlder());
      }
    },
    subscribeBar: ({ callback }) => {
      this.pushBar = callback;
    },
    unsubscribeBar: () => {
      this.pushBar = null;
    },
  };

  private update(next: Series): void {
    const difference = change(this.chart.getDataList(), next.bars);
    if (difference.type === "append") {
      for (const bar of difference.bars) this.pushBar?.(toKline(bar));
    } else if (difference.type === "prepend" && this.heldOlder) {
      const held = this.heldOlder;
      this.heldOlder = null;
      held(difference.bars.map(toKline), { forward: next.hasOlder, backward: false });
    } else if (difference.type !== "none") {
      this.replace();
    } else if (this.heldOlder && !next.hasOlder) {
      const held = this.heldOlder;
      this.heldOlder = null;
      held([], { forward: false, backward: false });
    }
  }

  /** All bars anew; what was in sight stays in sight. */
  private replace(): void {
    this.heldOlder = null;
    const rightmost = this.chart.getDataList()[this.chart.getVisibleRange().to - 1];
    const before = this.x(rightmost);
    this.chart.resetData();
    const after = this.x(rightmost);
    if (this.moved && before !== null && after !== null)
      this.chart.scrollByDistance(before - after);
  }

  /** Where a bar is, in pixels from the left of the plot. */
  private x(bar: KLineData | undefined): number | null {
    if (!bar) return null;
    const point = this.chart.convertToPixel(
      { timestamp: bar.timestamp, value: bar.close },
      { paneId: candlePane },
    );
    return Array.isArray(point) ? null : (point.x ?? null);
  }

  /** Fits the wanted span into the width; asks for older bars when there are too few. */
  private applySpan(): void {
    const series = this.series;
    const last = series?.bars.at(-1);
    if (this.moved || !series || !last) return;
    const from = this.span === "all" ? "" : monthsBefore(last.day, this.span);
    const wanted = series.bars.filter((bar) => bar.day > from).length;
    const width = this.chart.getSize(candlePane, "main")?.width ?? 0;
    if (width <= 0) return;
    const space = width / (wanted + emptyBars);
    this.chart.setOffsetRightDistance(Math.max(4, Math.min(space, 12)));
    this.chart.setBarSpace(Math.max(narrowestBar, Math.min(widestBar, space)));
    // The averages need bars from before the span as well.
    const tooFew = series.hasOlder && series.bars.length - wanted < longestAverage;
    if (tooFew && !this.heldOlder) queueMicrotask(() => this.callbacks.needOlder());
  }

  private resized(): void {
    this.chart.resize();
    this.applySpan();
  }

  private bringIntoView(index: number): void {
    const { from, to } = this.chart.getVisibleRange();
    if (index < from || index >= to) {
      this.chart.scrollToDataIndex(index < from ? index + (to - from) - 1 : index);
    }
  }

  private crosshairMoved(data: unknown): void {
    const x = (data as { x?: number } | undefined)?.x;
    if (x === undefined) return;
    const point = this.chart.convertFromPixel([{ x }], { paneId: candlePane });
    const index = Array.isArray(point) ? point[0]?.dataIndex : undefined;
    const last = this.chart.getDataList().length - 1;
    if (index !== undefined) this.setCursor(Math.max(0, Math.min(last, index)));
  }

  private setCursor(index: number | null): void {
    if (index === this.cursorIndex) return;
    this.cursorIndex = index;
    this.callbacks.cursor(index);
  }
}
