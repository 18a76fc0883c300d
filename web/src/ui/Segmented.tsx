import type { ReactNode } from "react";

export interface Choice<T extends string> {
  value: T;
  label: ReactNode;
  /** Shown on hover, the key that does the same, say. */
  hint?: string;
}

interface Props<T extends string> {
  label: string;
  choices: ReadonlyArray<Choice<T>>;
  value: T | null;
  onChange(value: T): void;
}

/** One of a few, all in sight. */
export function Segmented<T extends string>({ label, choices, value, onChange }: Props<T>) {
  return (
    <fieldset className="segmented" aria-label={label}>
      {choices.map((choice) => (
        <button
          key={choice.value}
          type="button"
          aria-pressed={choice.value === value}
          title={choice.hint}
          onClick={() => onChange(choice.value)}
        >
          {choice.label}
        </button>
      ))}
    </fieldset>
  );
}
