import type { JSX } from "preact";
import { dismiss, toasts } from "../state/toasts.js";
import { Amounts } from "./amounts.js";

export function Toasts(): JSX.Element {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.value.map(({ key, kind, text, amounts }) => (
        <button
          key={key}
          type="button"
          tabIndex={-1}
          class={`toast toast-${kind}`}
          onClick={() => {
            dismiss(key);
          }}
        >
          <span>{text}</span>
          {amounts.length > 0 && <Amounts of={amounts} sign />}
        </button>
      ))}
    </div>
  );
}
