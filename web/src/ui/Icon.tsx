const paths = {
  search: "M11 18a7 7 0 1 1 0-14 7 7 0 0 1 0 14Zm5.2-1.8L21 21",
  settings: "M4 7h10m4 0h2M4 17h2m4 0h10M16 4.5v5M8 14.5v5",
  check: "m5 12.5 4.5 4.5L19 7.5",
  clock: "M12 21a9 9 0 1 1 0-18 9 9 0 0 1 0 18Zm0-14v5.5l3.5 2",
  gap: "M12 4 2.8 20h18.4L12 4Zm0 6v4.5m0 2.6v.1",
  close: "M6 6l12 12M18 6 6 18",
  offline:
    "M3 4l18 17M8.5 16a5 5 0 0 1 7 0M5 12.3a10 10 0 0 1 4.5-2.6m5 .1a10 10 0 0 1 4.5 2.5M12 20v.1",
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={paths[name]} />
    </svg>
  );
}
