import { createContext, useContext } from "react";
import { en } from "./en.js";
import type { Texts } from "./texts.js";
import { zh } from "./zh.js";

export type { Texts } from "./texts.js";

/** The languages of the console. */
export const LANGUAGES = { en, zh } as const satisfies Record<string, Texts>;
export type Language = keyof typeof LANGUAGES;

/** A language, and how to choose another. */
export interface Speech {
  language: Language;
  texts: Texts;
  choose: (language: Language) => void;
}

export const SpeechContext = createContext<Speech>({ language: "en", texts: en, choose: () => undefined });

/** The texts in the language that was chosen. */
export function useTexts(): Texts {
  return useContext(SpeechContext).texts;
}

export function useSpeech(): Speech {
  return useContext(SpeechContext);
}

/** A word for a person: the dictionary's, else the name with blanks. */
export function word(known: Record<string, string>, name: string): string {
  const found = Object.hasOwn(known, name) ? known[name] : undefined;
  if (found !== undefined) return found;
  const spaced = name.replaceAll("_", " ").trim();
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}
