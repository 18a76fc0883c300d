import { Trans, useLingui } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { metaQuery } from "~/api/meta";
import type { Locale } from "~/lib/format";
import type { Palette, Theme } from "~/lib/preferences";
import { Icon } from "~/ui/Icon";
import { Popover } from "~/ui/Popover";
import { type Choice, Segmented } from "~/ui/Segmented";
import { usePreferences, useServices } from "~/ui/services";
import { Licenses } from "./Licenses";

const locales: ReadonlyArray<Choice<Locale>> = [
  { value: "zh", label: "中文" },
  { value: "en", label: "English" },
];

export function Settings() {
  const { t } = useLingui();
  const { preferences } = useServices();
  const { theme, palette, locale } = usePreferences();
  const meta = useQuery(metaQuery);
  const themes: ReadonlyArray<Choice<Theme>> = [
    { value: "system", label: t`跟随系统` },
    { value: "light", label: t`浅色` },
    { value: "dark", label: t`深色` },
  ];
  const palettes: ReadonlyArray<Choice<Palette>> = [
    { value: "cn", label: t`红涨绿跌` },
    { value: "intl", label: t`绿涨红跌` },
    { value: "cb", label: t`色盲友好`, hint: t`橙涨蓝跌` },
  ];
  return (
    <Popover
      className="icon-button"
      label={t`设置`}
      trigger={
        <>
          <Icon name="settings" />
          <span className="hidden">{t`设置`}</span>
        </>
      }
    >
      <div className="settings">
        <Row name={t`主题`}>
          <Segmented
            label={t`主题`}
            choices={themes}
            value={theme}
            onChange={(value) => preferences.set({ theme: value })}
          />
        </Row>
        <Row name={t`涨跌颜色`}>
          <Segmented
            label={t`涨跌颜色`}
            choices={palettes}
            value={palette}
            onChange={(value) => preferences.set({ palette: value })}
          />
        </Row>
        <Row name={t`语言`}>
          <Segmented
            label={t`语言`}
            choices={locales}
            value={locale}
            onChange={(value) => preferences.set({ locale: value })}
          />
        </Row>
        <KeySheet />
        <p className="small about">
          <Trans>看盘</Trans> {meta.data?.version} · <Licenses />
        </p>
      </div>
    </Popover>
  );
}

function Row({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div className="row">
      <span>{name}</span>
      {children}
    </div>
  );
}

function KeySheet() {
  const { t } = useLingui();
  const keys: ReadonlyArray<readonly [string, string]> = [
    ["/ · A-Z · 0-9", t`搜索`],
    ["1 · 2 · 3", t`日K, 周K, 月K`],
    ["← →", t`逐根移动`],
    ["↑ ↓", t`缩放`],
  ];
  return (
    <dl className="keys">
      {keys.map(([key, meaning]) => (
        <div key={key}>
          <dt>
            <kbd>{key}</kbd>
          </dt>
          <dd>{meaning}</dd>
        </div>
      ))}
    </dl>
  );
}
