import type { JSX } from "preact";

/** What a landscape is made of. */
interface Land {
  sky: readonly [string, string];
  sun: string;
  far: string;
  middle: string;
  near: string;
  grows: "tree" | "pine" | "rock" | "reed" | "dune" | "pillar" | "lantern" | "crystal";
}

const LANDS = {
  meadow: {
    sky: ["#24485a", "#8fbf9a"],
    sun: "#ffe9a8",
    far: "#5d9079",
    middle: "#3f7460",
    near: "#28523f",
    grows: "tree",
  },
  road: {
    sky: ["#3a3350", "#d58f5f"],
    sun: "#ffd08a",
    far: "#7c5a5f",
    middle: "#573e48",
    near: "#3a2a34",
    grows: "tree",
  },
  mine: {
    sky: ["#15161f", "#4a3a34"],
    sun: "#e2934a",
    far: "#3d3530",
    middle: "#2c2623",
    near: "#1d1918",
    grows: "rock",
  },
  swamp: {
    sky: ["#1c2b2c", "#5f7a55"],
    sun: "#cfe08a",
    far: "#3f5a48",
    middle: "#2c4437",
    near: "#1b2f27",
    grows: "reed",
  },
  snow: {
    sky: ["#2c4566", "#b8d3e6"],
    sun: "#ffffff",
    far: "#8fb0cc",
    middle: "#b9d0e2",
    near: "#e3eef6",
    grows: "pine",
  },
  desert: {
    sky: ["#5a3a4f", "#f0b36a"],
    sun: "#fff0c4",
    far: "#c98f55",
    middle: "#ae7340",
    near: "#85532d",
    grows: "dune",
  },
  tower: {
    sky: ["#151a33", "#4f4a86"],
    sun: "#d8d0ff",
    far: "#3a3a68",
    middle: "#2a2a4f",
    near: "#1b1b36",
    grows: "pillar",
  },
  gold: {
    sky: ["#3a2c14", "#b58a3a"],
    sun: "#ffe9a8",
    far: "#7c5c2a",
    middle: "#5a411d",
    near: "#3b2a12",
    grows: "crystal",
  },
  spirit: {
    sky: ["#122a3a", "#3f8a9a"],
    sun: "#d6fff2",
    far: "#2f6a78",
    middle: "#214e5a",
    near: "#14343d",
    grows: "crystal",
  },
  lair: {
    sky: ["#1c0f18", "#7a2a2f"],
    sun: "#ff8a5a",
    far: "#4a1f2a",
    middle: "#34141d",
    near: "#220c13",
    grows: "pillar",
  },
  feast: {
    sky: ["#2a1230", "#a83f3f"],
    sun: "#ffd08a",
    far: "#6a2430",
    middle: "#4c1822",
    near: "#330f17",
    grows: "lantern",
  },
} as const satisfies Readonly<Record<string, Land>>;

export type LandName = keyof typeof LANDS;

/** The landscape of a layout, by the first word of its id. */
export function landOf(layout: string): LandName {
  const [first = ""] = layout.split("_");
  const known: Readonly<Record<string, LandName>> = {
    meadow: "meadow",
    old: "road",
    mine: "mine",
    swamp: "swamp",
    snow: "snow",
    desert: "desert",
    tower: "tower",
    world: "lair",
    coin: "gold",
    exp: "spirit",
    weekend: "road",
    festival: "feast",
  };
  return known[first] ?? "meadow";
}

/** A landscape that fills its box, the same each time it is drawn. */
export function Scene({ land }: { land: LandName }): JSX.Element {
  const { sky, sun, far, middle, near, grows } = LANDS[land];
  const gradient = `sky-${land}`;
  return (
    <svg class="scene" viewBox="0 0 400 225" preserveAspectRatio="xMidYMax slice" aria-hidden="true">
      <defs>
        <linearGradient id={gradient} x1="0" y1="0" x2="0" y2="1">
          <stop offset="0" stop-color={sky[0]} />
          <stop offset="1" stop-color={sky[1]} />
        </linearGradient>
      </defs>
      <rect width="400" height="225" fill={`url(#${gradient})`} />
      <circle cx="300" cy="62" r="44" fill={sun} opacity=".14" />
      <circle cx="300" cy="62" r="24" fill={sun} opacity=".85" />
      <path
        d="M30 50h90q10 0 10-6t-12-6q-4-10-16-8-8-10-20-4-14-4-18 8-22-2-34 16zM210 92h70q8 0 8-5t-10-5q-6-8-14-5-10-6-18 2-22 0-36 13z"
        fill="#fff"
        opacity=".14"
      />
      <path d="M0 150L46 96l30 30 44-62 46 58 38-34 52 52 44-40 40 34 60-44v135H0z" fill={far} />
      <path d="M0 176q40-38 92-22t90-8 86 14 132-18v83H0z" fill={middle} />
      {PLACES.map(([x, size]) => (
        <g key={x} transform={`translate(${x} ${186 - size * 4}) scale(${size})`}>
          {grown(grows, near, middle)}
        </g>
      ))}
      <path d="M0 200q60-24 130-10t128-4 142-4v43H0z" fill={near} />
    </svg>
  );
}

const PLACES: readonly (readonly [number, number])[] = [
  [26, 1.1],
  [64, 0.8],
  [118, 0.9],
  [182, 0.7],
  [236, 1],
  [322, 0.8],
  [372, 1.2],
];

function grown(kind: Land["grows"], dark: string, light: string): JSX.Element {
  switch (kind) {
    case "tree":
      return <path d="M-3 20V0c-14 2-20-10-12-18-2-12 10-20 18-14 10-6 20 4 16 14 8 8 0 20-14 18v20z" fill={dark} />;
    case "pine":
      return (
        <>
          <path d="M0-42l16 24H9l14 22H3v16h-6V4h-20l14-22h-7z" fill="#3f6a7f" />
          <path d="M0-42l9 14q-9 4-17-2z" fill="#fff" opacity=".9" />
        </>
      );
    case "rock":
      return (
        <>
          <path d="M-20 20l6-26 12-14 14 8 10 32z" fill={dark} />
          <path d="M-2-20l4 18 10 22h10L12-12z" fill={light} />
        </>
      );
    case "reed":
      return (
        <path
          d="M-10 20Q-8-10-14-30M0 20Q2-14 0-40M10 20q2-24 8-44"
          fill="none"
          stroke={dark}
          stroke-width="3.5"
          stroke-linecap="round"
        />
      );
    case "dune":
      return (
        <>
          <path
            d="M-3 20v-34q0-8 6-8t6 8v34zM-14-4q0 10 11 10v-5q-6 0-6-5 0-4-2.5-4T-14-4zM20-10q0 10-11 10v-5q6 0 6-5 0-4 2.5-4t2.5 4z"
            fill={dark}
          />
        </>
      );
    case "pillar":
      return <path d="M-10 20v-50l-4-6h28l-4 6v50zM-14-40h28v4h-28z" fill={dark} />;
    case "lantern":
      return (
        <>
          <path d="M0 20v-64" stroke={dark} stroke-width="4" />
          <ellipse cx="0" cy="-30" rx="12" ry="14" fill="#e0574a" />
          <ellipse cx="0" cy="-30" rx="5" ry="12" fill="#ffd08a" opacity=".8" />
        </>
      );
    case "crystal":
      return (
        <>
          <path d="M-14 20L-8-16 0-34l10 20 6 34z" fill={dark} />
          <path d="M0-34l10 20 6 34H4z" fill={light} />
          <path d="M0-34l-4 54h-4l0-36z" fill="#fff" opacity=".18" />
        </>
      );
  }
}
