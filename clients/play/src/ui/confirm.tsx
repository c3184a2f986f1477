import type { ComponentChildren, JSX } from "preact";
import { common } from "../texts/common.js";
import { Button } from "./basics.js";
import { Dialog } from "./dialog.js";

interface ConfirmProps {
  title: string;
  /** What the button says. */
  action: string;
  onConfirm: () => unknown;
  onClose: () => void;
  children: ComponentChildren;
}

/** Asks before something that cannot be undone. */
export function Confirm({ title, action, onConfirm, onClose, children }: ConfirmProps): JSX.Element {
  return (
    <Dialog title={title} onClose={onClose}>
      <p class="muted">{children}</p>
      <div class="row confirm">
        <Button autofocus onPress={onClose}>
          {common().cancel}
        </Button>
        <Button
          tone="danger"
          onPress={async () => {
            await onConfirm();
            onClose();
          }}
        >
          {action}
        </Button>
      </div>
    </Dialog>
  );
}
