import type { JSX } from "preact";
import { kit } from "../state/kit.js";

export interface Chosen {
  skills: string[];
  items: string[];
}

export const NOTHING: Chosen = { skills: [], items: [] };

interface KitProps {
  label: string;
  chosen: Chosen;
  onChoose: (chosen: Chosen) => void;
}

/** The player's skills and equipment, to be named in a move. Nothing is shown to who has none. */
export function KitPicker({ label, chosen, onChoose }: KitProps): JSX.Element | null {
  const skills = Object.keys(kit.value.skills);
  const items = Object.keys(kit.value.equipment);
  if (skills.length + items.length === 0) return null;
  const chip = (name: string, kind: keyof Chosen): JSX.Element => {
    const on = chosen[kind].includes(name);
    return (
      <button
        key={`${kind} ${name}`}
        type="button"
        class={`chip chip-${kind}`}
        aria-pressed={on}
        title={kind === "skills" ? kit.value.skills[name] : kit.value.equipment[name]}
        onClick={() => {
          const rest = chosen[kind].filter((one) => one !== name);
          onChoose({ ...chosen, [kind]: on ? rest : [...rest, name] });
        }}
      >
        {name}
      </button>
    );
  };
  return (
    <div class="chips" role="group" aria-label={label}>
      {skills.map((name) => chip(name, "skills"))}
      {items.map((name) => chip(name, "items"))}
    </div>
  );
}
