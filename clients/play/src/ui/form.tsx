import type { ComponentChildren, JSX } from "preact";

/** Fields with a `Button` of type `submit`: Enter in a field presses it. */
export function Form({ label, children }: { label: string; children: ComponentChildren }): JSX.Element {
  return (
    <form
      class="form"
      aria-label={label}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
      }}
    >
      {children}
    </form>
  );
}
