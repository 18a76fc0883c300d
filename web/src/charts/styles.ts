// The chart's colours and type, read from the page's CSS variables: one place decides both.
import { type DeepPartial, type Styles, utils } from "klinecharts";
import { movingAverages } from "./averages";

const fontFamily =
  'system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "WenQuanYi Micro Hei", sans-serif';

const axisTextSize = 11;

/** How wide the chart draws this text on its axes. */
export function axisTextWidth(text: string): number {
  return utils.calcTextWidth(text, axisTextSize, "normal", fontFamily);
}

type Read = (variable: string) => string;

function reader(element: Element): Read {
  const computed = getComputedStyle(element);
  return (variable) => computed.getPropertyValue(variable).trim();
}

function candle(read: Read): DeepPartial<Styles["candle"]> {
  const [up, down, flat] = [read("--up"), read("--down"), read("--flat")];
  const mark = { color: read("--text-2"), textFamily: fontFamily, textSize: 11 };
  return {
    // Hollow up, solid down: readable without colour too.
    type: "candle_up_stroke",
    bar: {
      compareRule: "current_open",
      upColor: up,
      downColor: down,
      noChangeColor: flat,
      upBorderColor: up,
      downBorderColor: down,
      noChangeBorderColor: flat,
      upWickColor: up,
      downWickColor: down,
      noChangeWickColor: flat,
    },
    priceMark: {
      high: mark,
      low: mark,
      last: {
        compareRule: "previous_close",
        upColor: up,
        downColor: down,
        noChangeColor: flat,
        text: { family: fontFamily, size: 11, color: read("--on-mark") },
      },
    },
    // The legend above the chart is HTML: selectable, scalable, readable by screen readers.
    tooltip: { showRule: "none" },
  };
}

function indicator(read: Read): DeepPartial<Styles["indicator"]> {
  return {
    ohlc: {
      compareRule: "current_open",
      upColor: read("--up"),
      downColor: read("--down"),
      noChangeColor: read("--flat"),
    },
    bars: [
      {
        style: "fill",
        borderStyle: "solid",
        borderSize: 1,
        borderDashedValue: [2, 2],
        upColor: read("--up-volume"),
        downColor: read("--down-volume"),
        noChangeColor: read("--flat"),
      },
    ],
    lines: movingAverages.map((_, i) => ({
      style: "solid",
      smooth: false,
      size: 1,
      dashedValue: [2, 2],
      color: read(`--ma-${i + 1}`),
    })),
    tooltip: { showRule: "none" },
  };
}

const axisWidth = 66;

export function chartStyles(element: Element): DeepPartial<Styles> {
  const read = reader(element);
  const axis = {
    axisLine: { color: read("--line") },
    tickLine: { show: false },
    tickText: { color: read("--text-2"), family: fontFamily, size: axisTextSize },
  };
  const crosshair = {
    line: { color: read("--text-3"), style: "dashed" as const, dashedValue: [3, 3] },
    text: {
      family: fontFamily,
      size: 11,
      color: read("--surface"),
      backgroundColor: read("--text-2"),
      borderColor: read("--text-2"),
    },
  };
  return {
    grid: {
      horizontal: { color: read("--grid"), style: "solid" },
      vertical: { show: false },
    },
    candle: candle(read),
    indicator: indicator(read),
    xAxis: axis,
    // A fixed width: measured ones differ from stock to stock, and the plot would jump.
    yAxis: { ...axis, size: axisWidth },
    separator: { size: 1, color: read("--line"), activeBackgroundColor: read("--hover") },
    crosshair: { horizontal: crosshair, vertical: crosshair },
  };
}
