import { signal } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { common } from "../texts/common.js";
import { Icon } from "../art/icons.js";
import { Toasts } from "./toasts.js";

/** The open dialogs, the uppermost last. */
const open = signal<readonly object[]>([]);

/** The toasts are in the uppermost dialog, if there is one: it covers and silences everything else. */
export function ToastsOf({ dialog }: { dialog: object | undefined }): JSX.Element | null {
  return open.value.at(-1) === dialog ? <Toasts /> : null;
}

interface DialogProps {
  title: string;
  onClose: () => void;
  children: ComponentChildren;
  /** Fills the window: for a fight. */
  wide?: boolean;
}

/** A modal dialog, on a phone a sheet from below. Esc and a press beside it close it; the focus returns by itself. */
export function Dialog({ title, onClose, children, wide = false }: DialogProps): JSX.Element {
  const element = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    element.current?.showModal();
    open.value = [...open.peek(), element];
    return () => {
      open.value = open.peek().filter((one) => one !== element);
    };
  }, []);
  return (
    <dialog
      ref={element}
      class={wide ? "dialog dialog-wide" : "dialog"}
      aria-label={title}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        if (event.target === element.current) onClose();
      }}
    >
      <div class="dialog-body">
        <header class="dialog-head">
          <h2>{title}</h2>
          <button type="button" class="icon-button" aria-label={common().close} onClick={onClose}>
            <Icon name="close" />
          </button>
        </header>
        {children}
      </div>
      <ToastsOf dialog={element} />
    </dialog>
  );
}
