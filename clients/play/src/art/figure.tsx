import type { JSX } from "preact";
import type { Body, Palette } from "./bodies.js";

/** What a two-legged figure wears and carries. */
export interface Dress {
  head:
    | "hood"
    | "bandana"
    | "helmet"
    | "witch"
    | "horns"
    | "bandages"
    | "crown"
    | "ears"
    | "lizard"
    | "fur"
    | "straw"
    | "topknot";
  hand?: "sword" | "bow" | "pick" | "staff" | "club" | "lantern" | "shield" | "sack" | "whip";
  /** The width of the body, 1 for a grown man. */
  girth?: number;
  /** Of the skin of the face. */
  skin?: string;
}

const INK = "#12161c";
const STEEL = "#c9d4dc";
const WOOD = "#7a5838";

/** A figure of this dress, on the line 92, looking to the left. */
export function figure({ head, hand, girth = 1, skin = "#e7bf97" }: Dress): Body {
  return function Figure(palette) {
    const [body, shade, light, accent] = palette;
    const wide = 22 * girth;
    return (
      <>
        <path
          d={`M${50 - wide / 2} 72h${wide * 0.42}v20h-${wide * 0.5}zM${52 + wide * 0.08} 72h${wide * 0.42}l3 20h-${wide * 0.5}z`}
          fill={shade}
        />
        <path d={`M${50 - wide} 52q${wide}-18 ${wide * 2} 0l4 26q-${wide} 10-${wide * 2 + 8} 0z`} fill={body} />
        <path d={`M54 44q${wide * 0.6} 0 ${wide - 4} 8l4 26q-10 5-20 5 10-20 0-39z`} fill={shade} />
        <path
          d={`M${47 - wide} 66q${wide + 3} 9 ${wide * 2 + 6} 0v6q-${wide + 3} 9-${wide * 2 + 6} 0z`}
          fill={accent}
        />
        <path d={`M${52 - wide} 54q-10 6-10 20l8 2q2-10 8-14z`} fill={light} />
        <circle cx="48" cy="32" r="16" fill={skin} />
        <ellipse cx="40" cy="32" rx="2" ry="2.8" fill={INK} />
        <ellipse cx="51" cy="32" rx="2" ry="2.8" fill={INK} />
        <path
          d="M35 26l8 2M48 28l8-2M41 41q4-2 8 0"
          stroke={INK}
          stroke-width="2.2"
          stroke-linecap="round"
          fill="none"
        />
        {headOf(head, palette)}
        {hand && handOf(hand, palette, 46 - wide)}
      </>
    );
  };
}

function headOf(head: Dress["head"], [body, shade, light, accent]: Palette): JSX.Element {
  switch (head) {
    case "hood":
      return <path d="M28 40C24 14 40 8 50 10c18 2 20 20 16 34-2-14-6-22-16-22-8 0-16 6-22 18z" fill={shade} />;
    case "bandana":
      return (
        <>
          <path d="M31 30c0-12 8-16 17-16s17 6 17 16q-16-8-34 0z" fill={accent} />
          <path d="M64 26l14-4-8 8 8 6-14-4z" fill={accent} />
          <path d="M33 36q15 10 30 0v5q-15 12-28 2z" fill={shade} />
        </>
      );
    case "helmet":
      return (
        <>
          <path d="M30 34c-2-18 8-24 18-24s20 6 18 26l-6 4V30H36v12z" fill={light} />
          <path d="M46 10h6l2 16h-8z" fill={shade} />
          <path d="M48 10q0-10 14-8-6 4-8 8z" fill={accent} />
        </>
      );
    case "witch":
      return (
        <>
          <path d="M16 28q32-12 64-2l-6 5q-26-8-52 2z" fill={shade} />
          <path d="M30 24L58-2l-4 12 12 14z" fill={body} />
          <path d="M30 24q18-7 36 0v4q-18-7-36 0z" fill={accent} />
          <path d="M34 36L24 44l12-2z" fill="#b8c98a" />
        </>
      );
    case "horns":
      return (
        <>
          <path d="M34 22Q22 16 24 2q6 12 18 12zM60 22q12-6 10-20-6 12-18 12z" fill={light} />
          <path d="M34 24q14-14 28 0l-2-8q-12-8-24 0z" fill={shade} />
        </>
      );
    case "bandages":
      return (
        <>
          <path d="M32 24c4-10 28-10 32 0l1 5H31zM33 36h30l-2 6H36z" fill={light} />
          <path d="M31 29h34M34 20l28 4M33 40l30-4M38 46l22-6" stroke={shade} stroke-width="2" />
          <path d="M62 40q12 4 10 16" stroke={light} stroke-width="4" fill="none" />
          <circle cx="40" cy="32" r="2.6" fill={accent} />
        </>
      );
    case "crown":
      return (
        <>
          <path d="M32 22l-4-16 10 8 10-12 10 12 10-8-4 16z" fill="#efc154" />
          <path d="M32 22h32v4H32z" fill="#a9782b" />
          <circle cx="48" cy="16" r="2.6" fill={accent} />
          <path d="M33 38q4 14 15 14t15-14q-6 6-15 6t-15-6z" fill={shade} />
        </>
      );
    case "ears":
      return (
        <>
          <path d="M34 30L8 18l22 22zM62 30l26-12-22 22z" fill={body} />
          <path d="M32 30c0-12 8-17 16-17s16 6 16 17q-16-9-32 0z" fill={shade} />
          <path d="M34 34L22 40l12 2z" fill={body} />
        </>
      );
    case "lizard":
      return (
        <>
          <path d="M64 24C58 10 38 12 30 24L10 36l2 8 26 6c16 2 28-8 26-26z" fill={body} />
          <path d="M44 14l6-10 4 10 8-6-2 12z" fill={accent} />
          <circle cx="34" cy="28" r="4" fill={light} />
          <path d="M34 25v6" stroke={INK} stroke-width="2" />
          <path d="M12 42l26 4" stroke={shade} stroke-width="2" />
        </>
      );
    case "fur":
      return (
        <path
          d="M28 42L22 30l6-4-2-12 10 2 4-12 10 8 10-8 2 12 10 0-4 12 6 6-8 6 0 10-8-4q6-16-4-22H42q-8 6-4 22z"
          fill={light}
        />
      );
    case "straw":
      return (
        <>
          <path d="M18 30L48 4l34 24q-32-8-64 2z" fill="#d8b871" />
          <path d="M34 18L48 4l16 13q-14-4-30 1z" fill="#b89350" />
        </>
      );
    case "topknot":
      return (
        <>
          <path d="M32 30c-2-14 8-18 16-18s18 4 16 20q-4-10-10-12-10 6-22 10z" fill={INK} />
          <circle cx="50" cy="9" r="6" fill={INK} />
          <path d="M40 11h20" stroke={accent} stroke-width="3" />
        </>
      );
  }
}

function handOf(hand: NonNullable<Dress["hand"]>, [body, shade, light, accent]: Palette, x: number): JSX.Element {
  const place = `translate(${x} 74)`;
  switch (hand) {
    case "sword":
      return <path transform={place} d="M-3-2L-14-42l8 4L3-4l6 2-2 4-10 2z" fill={STEEL} stroke={shade} />;
    case "bow":
      return (
        <g transform={place} fill="none">
          <path d="M0-34q-22 28 0 56" stroke={WOOD} stroke-width="4" />
          <path d="M0-34v56" stroke={light} />
          <path d="M14-6h-34l6-4m-6 4l6 4" stroke={STEEL} stroke-width="2" />
        </g>
      );
    case "pick":
      return (
        <g transform={place}>
          <path d="M6 14L-10-36" stroke={WOOD} stroke-width="5" stroke-linecap="round" />
          <path d="M-30-26q14-18 38-10-18 0-38 10z" fill={STEEL} />
        </g>
      );
    case "staff":
      return (
        <g transform={place}>
          <path d="M2 18L-6-46" stroke={WOOD} stroke-width="4" stroke-linecap="round" />
          <circle cx="-7" cy="-50" r="8" fill={accent} />
          <circle cx="-9" cy="-52" r="3" fill={light} />
        </g>
      );
    case "club":
      return <path transform={place} d="M-2 4l-18-40q-2-10 8-10t10 12L8 2z" fill={WOOD} stroke={shade} />;
    case "lantern":
      return (
        <g transform={place}>
          <path d="M0 0l-10-20" stroke={WOOD} stroke-width="3" />
          <ellipse cx="-12" cy="-8" rx="10" ry="12" fill={accent} />
          <ellipse cx="-12" cy="-8" rx="4" ry="10" fill={light} opacity=".7" />
          <path d="M-18-20h12M-17 4h10M-12 4v8" stroke={WOOD} stroke-width="2" />
        </g>
      );
    case "shield":
      return (
        <g transform={place}>
          <path d="M-14-24l16-6 14 6v18q-4 16-14 20-14-6-16-20z" fill={light} stroke={shade} stroke-width="3" />
          <path d="M1-22v30M-9-8h20" stroke={accent} stroke-width="4" />
        </g>
      );
    case "sack":
      return (
        <g transform={place}>
          <path d="M-4-18h12c12 12 12 20 10 26-4 8-28 8-32 0-2-6 0-14 10-26z" fill="#a9824f" />
          <circle cx="2" cy="0" r="7" fill="#eab54d" />
        </g>
      );
    case "whip":
      return <path transform={place} d="M0 0q-18-6-14-24t-10-22" fill="none" stroke={body} stroke-width="3" />;
  }
}
