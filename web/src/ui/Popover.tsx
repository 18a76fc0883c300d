import * as Radix from "@radix-ui/react-popover";
import type { ReactNode } from "react";

interface Props {
  /** What is always in sight, with its name: visible text, or hidden text beside an icon. */
  trigger: ReactNode;
  /** Names what opens. */
  label: string;
  className?: string;
  side?: "top" | "bottom";
  children: ReactNode;
}

export function Popover({ trigger, label, className = "", side = "bottom", children }: Props) {
  return (
    <Radix.Root>
      <Radix.Trigger className={`plain ${className}`}>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          className="popover"
          side={side}
          align="end"
          sideOffset={6}
          collisionPadding={8}
          aria-label={label}
        >
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
