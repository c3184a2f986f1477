import type { ButtonHTMLAttributes, ComponentChildren, InputHTMLAttributes, JSX } from "preact";
import { useState } from "preact/hooks";
import { Icon, type IconName } from "../art/icons.js";

type Tone = "plain" | "main" | "danger" | "quiet";

interface ButtonProps extends Omit<ButtonHTMLAttributes, "onClick" | "icon"> {
  tone?: Tone;
  icon?: IconName;
  /** While what this returns runs, the button waits. */
  onPress?: (() => unknown) | undefined;
  children?: ComponentChildren;
}

/** A button that cannot be pressed twice while its action runs. */
export function Button({ tone = "plain", icon, onPress, children, disabled, ...rest }: ButtonProps): JSX.Element {
  const [busy, setBusy] = useState(false);
  const press = async (): Promise<void> => {
    if (busy) return;
    setBusy(true);
    try {
      await onPress?.();
    } finally {
      setBusy(false);
    }
  };
  return (
    <button
      type="button"
      {...rest}
      class={`button button-${tone}`}
      aria-busy={busy}
      disabled={disabled}
      onClick={() => void press()}
    >
      {icon && <Icon name={icon} />}
      {children && <span>{children}</span>}
    </button>
  );
}

interface PanelProps {
  title?: ComponentChildren;
  /** Stands at the end of the title's line. */
  aside?: ComponentChildren;
  class?: string;
  children?: ComponentChildren;
}

export function Panel({ title, aside, class: name = "", children }: PanelProps): JSX.Element {
  return (
    <section class={`panel ${name}`}>
      {(title ?? aside) !== undefined && (
        <header class="panel-head">
          <h2>{title}</h2>
          {aside}
        </header>
      )}
      {children}
    </section>
  );
}

interface BarProps {
  /** 0 to 1. */
  value: number;
  label: string;
  tone?: "gold" | "jade" | "seal" | "sky";
}

/** A bar that fills by transform alone, so that a change costs no layout. */
export function Bar({ value, label, tone = "gold" }: BarProps): JSX.Element {
  const part = Math.min(1, Math.max(0, value));
  return (
    <div
      class={`bar bar-${tone}`}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(part * 100)}
    >
      <div class="bar-fill" style={{ transform: `scaleX(${part})` }} />
    </div>
  );
}

export function Empty({ icon, children }: { icon: IconName; children: ComponentChildren }): JSX.Element {
  return (
    <div class="empty">
      <Icon name={icon} />
      <p>{children}</p>
    </div>
  );
}

interface FieldProps {
  label: string;
  value: string;
  onValue: (value: string) => void;
  hint?: string;
  /** More than one line of text. */
  lines?: number;
  type?: "text" | "email" | "password";
  placeholder?: string;
  maxLength?: number;
  autocomplete?: "off" | "email" | "username" | "current-password" | "new-password";
}

export function Field({ label, value, onValue, hint, lines, type = "text", ...rest }: FieldProps): JSX.Element {
  const input = (event: { currentTarget: { value: string } }): void => {
    onValue(event.currentTarget.value);
  };
  return (
    <label class="field">
      <span class="field-label">{label}</span>
      {lines === undefined ? (
        <input {...({ ...rest, type } as InputHTMLAttributes)} value={value} onInput={input} />
      ) : (
        <textarea {...rest} rows={lines} value={value} onInput={input} />
      )}
      {hint !== undefined && <small class="field-hint">{hint}</small>}
    </label>
  );
}
