import type { JSX } from "preact";

/** The colours of a creature: body, shade, light, and an accent for eyes, cloth or flames. */
export type Palette = readonly [string, string, string, string];
export type Body = (palette: Palette) => JSX.Element;

const INK = "#12161c";

function eyes(x: number, y: number, gap: number, colour: string): JSX.Element {
  return (
    <>
      <ellipse cx={x - gap} cy={y} rx="3.2" ry="4" fill={colour} />
      <ellipse cx={x + gap} cy={y} rx="3.2" ry="4" fill={colour} />
      <circle cx={x - gap - 0.6} cy={y + 0.6} r="1.7" fill={INK} />
      <circle cx={x + gap - 0.6} cy={y + 0.6} r="1.7" fill={INK} />
    </>
  );
}

/** All stand on the line 92 of a field of 100 by 100, and look to the left. */
export const blob: Body = ([body, shade, light, accent]) => (
  <>
    <path d="M10 82C8 52 26 26 50 26s42 26 40 56c-1 9-14 10-40 10s-39-1-40-10z" fill={body} />
    <path d="M66 30c16 8 26 28 24 52-1 9-14 10-40 10 26-6 32-34 16-62z" fill={shade} />
    <ellipse cx="36" cy="40" rx="11" ry="6" fill={light} opacity=".7" transform="rotate(-28 36 40)" />
    {eyes(44, 60, 12, accent)}
    <path d="M36 74q8 6 18 0" fill="none" stroke={INK} stroke-width="3" stroke-linecap="round" />
  </>
);

export const toad: Body = ([body, shade, light, accent]) => (
  <>
    <path d="M8 88c0-26 16-44 42-44s42 18 42 44q-42 8-84 0z" fill={body} />
    <path d="M62 46c18 5 30 22 30 42q-18 4-40 4c18-8 22-26 10-46z" fill={shade} />
    <circle cx="32" cy="44" r="12" fill={body} />
    <circle cx="62" cy="42" r="12" fill={body} />
    {eyes(47, 42, 15, accent)}
    <path d="M18 66q30 16 58 0" fill="none" stroke={INK} stroke-width="3" stroke-linecap="round" />
    <circle cx="72" cy="62" r="4" fill={light} />
    <circle cx="80" cy="74" r="3" fill={light} />
    <circle cx="64" cy="78" r="3" fill={light} />
  </>
);

export const beast: Body = ([body, shade, light, accent]) => (
  <>
    <path d="M76 54q16-8 20-26-14 4-24 20z" fill={shade} />
    <path d="M34 66h8v26h-9zM48 68h7v24h-7z" fill={shade} />
    <path d="M64 66h9v26h-9zM78 62h8v30h-8z" fill={shade} />
    <path d="M28 48c14-10 44-12 56 0 6 8 6 20 0 26-16 4-40 4-52 0z" fill={body} />
    <path d="M36 42L10 50 4 62l10 8 22 2 10-14z" fill={body} />
    <path d="M26 44l2-20 10 12zM38 42l8-16 4 18z" fill={shade} />
    <path d="M4 62l10 8 16 1-6-6z" fill={light} />
    <path d="M44 42c14-6 30-5 38 2-14-2-26 0-38 8z" fill={light} opacity=".45" />
    <circle cx="24" cy="54" r="3.4" fill={accent} />
    <circle cx="23.4" cy="54.4" r="1.6" fill={INK} />
    <circle cx="5" cy="61" r="2.4" fill={INK} />
  </>
);

export const boar: Body = ([body, shade, light, accent]) => (
  <>
    <path d="M30 70h9v22h-9zM44 74h8v18h-8zM66 72h9v20h-9zM80 66h8v26h-8z" fill={shade} />
    <path d="M22 54c6-24 30-30 50-24 18 5 24 24 18 40-14 10-46 12-60 4z" fill={body} />
    <path d="M36 32c14-12 34-10 46 4-16-6-30-6-44 4z" fill={shade} />
    <path d="M30 50L10 58 6 70l10 6 18-2z" fill={light} />
    <path d="M12 70q-6-6-4-14M20 74q-6-8-2-16" fill="none" stroke="#f5ecd6" stroke-width="4" stroke-linecap="round" />
    <path d="M34 40l4-14 8 12z" fill={shade} />
    <circle cx="30" cy="52" r="3.4" fill={accent} />
    <circle cx="29.4" cy="52.4" r="1.6" fill={INK} />
    <path d="M90 56q8-2 6-12" fill="none" stroke={shade} stroke-width="3" stroke-linecap="round" />
  </>
);

export const hare: Body = ([body, shade, light, accent]) => (
  <>
    <ellipse cx="62" cy="72" rx="26" ry="20" fill={body} />
    <path d="M66 54c18 4 24 18 18 32-10 6-22 6-30 4 16-8 20-20 12-36z" fill={shade} />
    <path d="M40 20q-6-18 4-18t6 24zM52 22q2-18 10-14t-4 22z" fill={body} />
    <circle cx="40" cy="46" r="21" fill={body} />
    <path d="M28 28l-10-22 18 16z" fill={light} />
    <circle cx="31" cy="44" r="4" fill={accent} />
    <circle cx="30.4" cy="44.6" r="2" fill={INK} />
    <path d="M20 52q4 4 10 2" fill="none" stroke={INK} stroke-width="2" stroke-linecap="round" />
    <path d="M38 88q-4 4-12 4h20zM62 90q-4 2-10 2h26z" fill={light} />
    <circle cx="88" cy="70" r="7" fill={light} />
  </>
);

export const bat: Body = ([body, shade, light, accent]) => (
  <>
    <path d="M44 48Q26 16 2 22q8 8 6 20 8-2 10 8 8-4 12 6 6-6 14 0z" fill={shade} />
    <path d="M56 48q18-32 42-26-8 8-6 20-8-2-10 8-8-4-12 6-6-6-14 0z" fill={shade} />
    <ellipse cx="50" cy="52" rx="16" ry="20" fill={body} />
    <path d="M38 40l-2-18 12 10zM62 40l2-18-12 10z" fill={body} />
    {eyes(49, 48, 6.5, accent)}
    <path d="M44 58l2 6 2-6zM51 58l2 6 2-6z" fill="#fff" />
    <ellipse cx="50" cy="66" rx="8" ry="5" fill={light} opacity=".5" />
  </>
);

export const serpent: Body = ([body, shade, light, accent]) => (
  <>
    <path d="M16 92c-6-20 20-24 34-20s30-2 26-16" fill="none" stroke={shade} stroke-width="18" stroke-linecap="round" />
    <path
      d="M60 88C76 70 60 50 66 30M42 88C56 66 34 50 34 26M78 88C98 74 84 56 90 42"
      fill="none"
      stroke={body}
      stroke-width="11"
      stroke-linecap="round"
    />
    {[
      [30, 22],
      [62, 24],
      [86, 38],
    ].map(([x = 0, y = 0]) => (
      <g key={x}>
        <path d={`M${x + 10} ${y - 8}q-18-6-26 10 12 8 26 6z`} fill={body} />
        <path d={`M${x - 16} ${y + 2}q10 8 26 6l-4 4q-12 2-22-10z`} fill={light} />
        <circle cx={x - 2} cy={y - 2} r="2.6" fill={accent} />
      </g>
    ))}
    <path d="M38 82q14-4 26 2" fill="none" stroke={light} stroke-width="4" opacity=".5" stroke-linecap="round" />
  </>
);

export const worm: Body = ([body, shade, light, accent]) => (
  <>
    <path
      d="M88 92C100 50 74 18 44 20S8 50 22 58"
      fill="none"
      stroke={shade}
      stroke-width="30"
      stroke-linecap="round"
    />
    <path d="M86 92C96 52 72 22 44 22S12 48 24 56" fill="none" stroke={body} stroke-width="22" stroke-linecap="round" />
    <path
      d="M82 70l-16-4M80 52l-15 3M68 36l-10 10M50 30l-2 12"
      stroke={shade}
      stroke-width="3"
      stroke-linecap="round"
    />
    <ellipse cx="22" cy="58" rx="16" ry="14" fill={light} transform="rotate(-34 22 58)" />
    <ellipse cx="20" cy="60" rx="10" ry="9" fill={INK} transform="rotate(-34 20 60)" />
    <path d="M10 58l7 3-3-7zM18 70l2-7-6 2zM30 64l-6-2 1 6zM26 48l-2 6 6-1z" fill={accent} />
  </>
);

export const scorpion: Body = ([body, shade, light, accent]) => (
  <>
    <path d="M72 74c24-2 26-34 8-48-8-6-20-2-24 4" fill="none" stroke={shade} stroke-width="9" stroke-linecap="round" />
    <path d="M58 28l-18-4 12 16z" fill={accent} />
    <path d="M34 76l-14 16M46 80l-8 12M60 80l6 12M70 76l14 16" stroke={shade} stroke-width="5" stroke-linecap="round" />
    <ellipse cx="52" cy="70" rx="26" ry="13" fill={body} />
    <path d="M30 66L14 58 4 66l10 2-6 8 16-2zM32 76L18 84l-10-2 8 10 12-2z" fill={body} />
    <path d="M40 60q14-6 30 2" stroke={light} stroke-width="4" fill="none" stroke-linecap="round" opacity=".6" />
    <circle cx="34" cy="66" r="2.6" fill={accent} />
    <circle cx="40" cy="63" r="2" fill={accent} />
  </>
);

export const drake: Body = ([body, shade, light, accent]) => (
  <>
    <path d="M54 48Q60 10 98 6q-8 14-4 24-8 2-10 14-8-2-14 12z" fill={shade} />
    <path d="M70 78q20 10 28-10-6 4-12-2" fill="none" stroke={body} stroke-width="8" stroke-linecap="round" />
    <path d="M34 92h12l2-18zM62 92h12l-4-18z" fill={shade} />
    <path d="M36 50c8-10 30-8 40 4 6 12 2 26-12 28-14 2-26-2-30-12z" fill={body} />
    <path d="M44 56L30 34 10 36 2 48l12 6 14-2 8 18z" fill={body} />
    <path d="M30 34l2-16 8 14 8-10-2 18z" fill={shade} />
    <path d="M2 48l12 6 12-1-6-5z" fill={light} />
    <path d="M38 66c4 10 14 14 26 14-10 4-26 2-28-10z" fill={light} opacity=".7" />
    <circle cx="20" cy="42" r="3.2" fill={accent} />
    <circle cx="19.4" cy="42.4" r="1.5" fill={INK} />
  </>
);

export const spirit: Body = ([body, shade, light, accent]) => (
  <>
    <circle cx="50" cy="50" r="42" fill={body} opacity=".18" />
    <path d="M50 8c26 18 34 40 24 60-4 10-2 18 4 22-16 2-28 0-36-8-18-2-26-18-20-36C26 32 40 26 50 8z" fill={body} />
    <path d="M58 22c16 16 22 32 14 48-6 10-2 18 4 22-14 2-24 0-32-8 20-8 26-34 14-62z" fill={shade} opacity=".8" />
    <path d="M34 44c2-10 10-14 14-22-2 14-4 22-14 22z" fill={light} opacity=".8" />
    {eyes(44, 54, 8, accent)}
    <path d="M38 66q6 5 12 0" fill="none" stroke={INK} stroke-width="2.5" stroke-linecap="round" />
  </>
);

export const golem: Body = ([body, shade, light, accent]) => (
  <>
    <path d="M30 70h16v22H28zM54 70h16l4 22H56z" fill={shade} />
    <path d="M22 36l14-10h28l16 10 4 24-12 16H30L16 60z" fill={body} />
    <path d="M64 26l16 10 4 24-12 16H54z" fill={shade} />
    <path d="M20 38L6 48 2 74l14 8 8-12zM80 38l14 10 4 26-14 8-8-12z" fill={body} />
    <path d="M36 10h24l6 16-6 10H36l-6-12z" fill={body} />
    <path d="M36 10h24l-20 8zM22 36l14-10h10L30 46z" fill={light} opacity=".6" />
    <rect x="36" y="20" width="8" height="5" fill={accent} />
    <rect x="50" y="20" width="8" height="5" fill={accent} />
    <path d="M44 50l6 6-4 8 8 6" fill="none" stroke={accent} stroke-width="2.5" />
  </>
);

export const snowman: Body = ([body, shade, light, accent]) => (
  <>
    <circle cx="50" cy="70" r="24" fill={body} />
    <path d="M60 49a24 24 0 0 1-10 45c20-8 22-30 10-45z" fill={shade} />
    <circle cx="48" cy="36" r="17" fill={light} />
    <path d="M28 22h40l-4-4H58V4H38v14h-6z" fill="#2b2f3a" />
    <path d="M38 16h20v3H38z" fill={accent} />
    <path d="M36 40L16 44l20 3z" fill="#ec8f3c" />
    <circle cx="40" cy="33" r="2.5" fill={INK} />
    <circle cx="54" cy="33" r="2.5" fill={INK} />
    <path d="M34 50q14 8 28 0l2 6q-16 8-32 0z" fill={accent} />
    <path d="M26 64L6 52M74 64l20-14" stroke="#6a4b30" stroke-width="4" stroke-linecap="round" />
  </>
);
