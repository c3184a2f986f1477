import type { JSX } from "preact";

const SKINS = ["#f0cda8", "#e7bf97", "#d9a878", "#c9946a"];
const ROBES = ["#b8402f", "#2f6b7a", "#5a4a86", "#3f7460", "#8a5f35", "#54606e"];
const HAIR = ["#1c1a20", "#3a2a22", "#56483f", "#2a3140"];
const BACKS = ["#2f3f4d", "#3f3450", "#2f4a40", "#4d3a2f"];

/** A face for a player, the same for the same name. */
export function Portrait({ of }: { of: string }): JSX.Element {
  const seed = hash(of);
  const pick = (from: readonly string[], shift: number): string => from[(seed >>> shift) % from.length] ?? "#888888";
  const robe = pick(ROBES, 2);
  const hair = pick(HAIR, 5);
  return (
    <svg class="portrait" viewBox="0 0 64 64" role="img" aria-label={of}>
      <rect width="64" height="64" fill={pick(BACKS, 9)} />
      <circle cx="32" cy="28" r="24" fill="#fff" opacity=".06" />
      <path d="M6 66c2-16 12-22 26-22s24 6 26 22z" fill={robe} />
      <path d="M32 60L22 45l4-2 6 8 6-8 4 2z" fill="#f1ead9" />
      <path d="M26 36h12v10q-6 6-12 0z" fill={pick(SKINS, 0)} />
      <ellipse cx="32" cy="29" rx="12.5" ry="14" fill={pick(SKINS, 0)} />
      {STYLES[(seed >>> 12) % STYLES.length]?.(hair, robe)}
      <path d="M24.5 27.5q2.5-2 5 0M34.5 27.5q2.5-2 5 0" stroke={hair} stroke-width="1.6" fill="none" />
      <circle cx="27" cy="30.5" r="1.6" fill="#1c1a20" />
      <circle cx="37" cy="30.5" r="1.6" fill="#1c1a20" />
      <path d="M28.5 37.5q3.5 2 7 0" stroke="#9a5a4a" stroke-width="1.5" fill="none" stroke-linecap="round" />
    </svg>
  );
}

/** How the hair is worn. */
const STYLES: readonly ((hair: string, cloth: string) => JSX.Element)[] = [
  (hair, cloth) => (
    <>
      <path d="M18 32c-2-14 4-20 14-20s16 6 14 20c-1-6-4-10-8-12q-6 4-14 3-4 3-6 9z" fill={hair} />
      <circle cx="32" cy="9" r="5.5" fill={hair} />
      <path d="M26 12h12" stroke={cloth} stroke-width="2.5" />
    </>
  ),
  (hair, cloth) => (
    <>
      <path d="M17 44c-4-22 2-32 15-32s19 10 15 32h-5c2-10 1-16-3-22q-8 3-15 1c-3 6-4 12-2 21z" fill={hair} />
      <path d="M18 22q14-8 28 0" stroke={cloth} stroke-width="3" fill="none" />
    </>
  ),
  (hair) => (
    <>
      <path d="M19 30c-2-12 4-17 13-17s15 5 13 17q-2-8-6-10-7 3-14 0-4 3-6 10z" fill={hair} />
      <path d="M25 39q7 4 14 0-1 9-7 9t-7-9z" fill={hair} />
    </>
  ),
  (_hair, cloth) => (
    <>
      <path d="M6 26L32 4l26 22q-26-8-52 0z" fill="#d8b871" />
      <path d="M18 17L32 4l14 12q-14-4-28 1z" fill="#b89350" />
      <path d="M20 26l-3 16M44 26l3 16" stroke={cloth} stroke-width="2" />
    </>
  ),
];

function hash(text: string): number {
  let value = 2166136261;
  for (let place = 0; place < text.length; place++) value = Math.imul(value ^ text.charCodeAt(place), 16777619) >>> 0;
  return value;
}
