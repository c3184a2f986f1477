import type { JSX } from "preact";

/** A portrait as the server sends it, a PNG in base64. */
export function PngPortrait({ png, name }: { png: string; name: string }): JSX.Element {
  return <img class="portrait" alt={name} src={`data:image/png;base64,${png}`} />;
}
