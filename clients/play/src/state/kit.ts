import { signal } from "@preact/signals";

/** What a player has crafted, descriptions by name. */
export interface Kit {
  skills: Readonly<Record<string, string>>;
  equipment: Readonly<Record<string, string>>;
}

export const kit = signal<Kit>({ skills: {}, equipment: {} });
