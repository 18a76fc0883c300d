import { Trans, useLingui } from "@lingui/react/macro";
import { Dialog } from "~/ui/Dialog";
import notice from "../../node_modules/klinecharts/NOTICE?raw";

/** The NOTICE that klinecharts' licence asks to keep in sight, and all licences as one file. */
export function Licenses() {
  const { t } = useLingui();
  return (
    <Dialog
      trigger={t`第三方许可`}
      title={t`第三方许可`}
      description={t`K线图由 klinecharts 绘制 (Apache-2.0), 它的声明如下。`}
    >
      <pre>{notice.trim()}</pre>
      <p>
        <a href="/third-party-licenses.txt" target="_blank" rel="noreferrer">
          <Trans>所有组件的许可全文</Trans>
        </a>
      </p>
    </Dialog>
  );
}
