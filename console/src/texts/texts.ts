import type { en } from "./en.js";

/** What a dictionary has: the same texts as the English one. A missing one does not compile. */
export type Texts = Same<typeof en>;

type Same<T> = {
  readonly [Key in keyof T]: T[Key] extends string
    ? string
    : T[Key] extends (...given: infer G) => string
      ? (...given: G) => string
      : Same<T[Key]>;
};
