import { useLingui } from "@lingui/react/macro";
import * as Radix from "@radix-ui/react-dialog";
import type { ReactNode } from "react";
import { Icon } from "./Icon";

interface Props {
  trigger: ReactNode;
  title: string;
  description: string;
  children: ReactNode;
}

export function Dialog({ trigger, title, description, children }: Props) {
  const { t } = useLingui();
  return (
    <Radix.Root>
      <Radix.Trigger className="plain link">{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Overlay className="overlay" />
        <Radix.Content className="dialog">
          <Radix.Title>{title}</Radix.Title>
          <Radix.Description>{description}</Radix.Description>
          {children}
          <Radix.Close className="plain close" aria-label={t`关闭`}>
            <Icon name="close" />
          </Radix.Close>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
