import type { JSX } from "preact";

/** A chest whose gold rises with `fill`, 0 to 1; above a third its lid stands open. */
export function Chest({ fill }: { fill: number }): JSX.Element {
  const open = fill > 0.3;
  return (
    <svg class="chest" viewBox="0 0 160 130" aria-hidden="true">
      <ellipse cx="80" cy="120" rx="70" ry="8" fill="#000" opacity=".35" />
      <g class="chest-lid" style={{ transform: open ? "rotate(-14deg) translate(-8px, -16px)" : "none" }}>
        <path d="M16 62q0-36 36-36h56q36 0 36 36z" fill="#8a5530" />
        <path d="M16 62q0-36 36-36h6q-30 4-30 36zM108 26q36 0 36 36h-12q0-32-30-36z" fill="#c08a3e" />
        <path d="M30 46h100" stroke="#6a3f22" stroke-width="3" />
      </g>
      <path d="M20 60h120v8H20z" fill="#3a2414" />
      <clipPath id="chest-inside">
        <path d="M22 20h116v48H22z" />
      </clipPath>
      <g clip-path="url(#chest-inside)">
        <g class="chest-gold" style={{ transform: `translateY(${(1 - fill) * 40}px)` }}>
          <path d="M22 80V58q14-16 30-12 12-14 30-8 14-10 28 4 16-2 28 14v24z" fill="#eab54d" />
          <path
            d="M34 62q8-8 16-4M64 52q10-8 20-2M98 56q8-6 18 0"
            fill="none"
            stroke="#fbe3a1"
            stroke-width="4"
            stroke-linecap="round"
          />
          <circle cx="58" cy="66" r="6" fill="#b07b26" />
          <circle cx="104" cy="66" r="5" fill="#6fd0e6" />
        </g>
      </g>
      <path d="M16 64h128v44q0 10-10 10H26q-10 0-10-10z" fill="#7a4828" />
      <path d="M16 64h18v54h-8q-10 0-10-10zM126 64h18v44q0 10-10 10h-8z" fill="#c08a3e" />
      <path d="M34 82h92M34 100h92" stroke="#5a331b" stroke-width="3" />
      <rect x="68" y="58" width="24" height="28" rx="4" fill="#e8b65a" />
      <path d="M80 66a4 4 0 0 1 2 7.5l2 7h-8l2-7A4 4 0 0 1 80 66z" fill="#3a2414" />
    </svg>
  );
}
