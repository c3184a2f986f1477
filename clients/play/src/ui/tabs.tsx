import type { JSX } from "preact";
import { rove } from "./rove.js";

interface TabsProps<Id extends string> {
  label: string;
  tabs: readonly { id: Id; title: string; count?: number }[];
  chosen: Id;
  onChoose: (id: Id) => void;
}

export function Tabs<Id extends string>({ label, tabs, chosen, onChoose }: TabsProps<Id>): JSX.Element {
  return (
    <div class="tabs" role="tablist" aria-label={label} onKeyDown={rove}>
      {tabs.map(({ id, title, count = 0 }) => (
        <button
          key={id}
          type="button"
          role="tab"
          data-rove
          class="tab"
          aria-selected={id === chosen}
          tabIndex={id === chosen ? 0 : -1}
          onClick={() => {
            onChoose(id);
          }}
        >
          {title}
          {count > 0 && <span class="badge">{count}</span>}
        </button>
      ))}
    </div>
  );
}
