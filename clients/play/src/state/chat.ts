/** One thing that was said in a conversation. */
export interface Said {
  /** The player itself, or the name of a role. */
  by: "me" | (string & {});
  text: string;
}

/** Portraits by role, PNG in base64: a reply carries one only when its role is met for the first time. */
export type Faces = Readonly<Record<string, string>>;
