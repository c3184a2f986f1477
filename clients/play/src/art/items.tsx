import type { JSX } from "preact";

const INK = "#1b2028";

/** Colours of an item: body, its shade, its light. */
type Tint = readonly [string, string, string];

const COIN: Tint = ["#eab54d", "#b07b26", "#fbe3a1"];
const IRON: Tint = ["#8ea2b4", "#5c6f82", "#cbd8e2"];
const GEM: Tint = ["#6fd0e6", "#2f87a8", "#d4f6fb"];
const VIOLET: Tint = ["#a588dc", "#6a4da6", "#e0d1fa"];
const JADE: Tint = ["#6cc4a1", "#2f7d62", "#c9f1de"];
const SEAL: Tint = ["#d8604a", "#93321f", "#f7b9a8"];
const PAPER: Tint = ["#e9d9b4", "#b29a68", "#fff6dc"];
const SKY: Tint = ["#7fb4dc", "#3f74a3", "#d5e9f7"];

type Shape = (tint: Tint) => JSX.Element;

const coin: Shape = ([body, shade, light]) => (
  <>
    <circle cx="16" cy="16" r="12" fill={shade} />
    <circle cx="16" cy="15" r="11" fill={body} />
    <circle cx="16" cy="15" r="8.5" fill="none" stroke={shade} stroke-width="1.2" />
    <rect x="12.5" y="11.5" width="7" height="7" fill={INK} opacity=".75" />
    <path d="M8 9a11 11 0 0 1 8-5" stroke={light} stroke-width="2" fill="none" stroke-linecap="round" />
  </>
);

const ore: Shape = ([body, shade, light]) => (
  <>
    <path d="M4 23l4-11 8-5 8 4 5 10-4 5H8z" fill={body} />
    <path d="M16 7l-3 9 4 10h8l4-5-5-10z" fill={shade} />
    <path d="M8 12l5 4-5 10-4-3z" fill={light} opacity=".6" />
  </>
);

const gem: Shape = ([body, shade, light]) => (
  <>
    <path d="M9 6h14l6 8-13 13L3 14z" fill={body} />
    <path d="M16 27l6-13h7z" fill={shade} />
    <path d="M9 6l-6 8h7zM16 6l-6 8h12z" fill={light} opacity=".75" />
  </>
);

const potion: Shape = ([body, shade, light]) => (
  <>
    <path d="M13 4h6v7l6 10a5 5 0 0 1-4 7H11a5 5 0 0 1-4-7l6-10z" fill="#dfe9ee" opacity=".35" />
    <path d="M10 17h12l3 5a4 4 0 0 1-4 6H11a4 4 0 0 1-4-6z" fill={body} />
    <path d="M20 17h2l3 5a4 4 0 0 1-4 6h-3z" fill={shade} />
    <circle cx="13" cy="22" r="1.5" fill={light} />
    <rect x="12" y="2.5" width="8" height="3" rx="1" fill="#a77d4e" />
  </>
);

const scroll: Shape = ([body, shade, light]) => (
  <>
    <rect x="7" y="7" width="18" height="18" fill={body} />
    <path d="M10 12h12M10 16h12M10 20h8" stroke={shade} stroke-width="1.5" />
    <rect x="5" y="4.5" width="22" height="4" rx="2" fill={light} />
    <rect x="5" y="23.5" width="22" height="4" rx="2" fill={shade} />
  </>
);

const card: Shape = ([body, shade, light]) => (
  <>
    <rect x="6" y="5" width="20" height="23" rx="3" fill={shade} />
    <rect x="6" y="4" width="20" height="22" rx="3" fill={body} />
    <path d="M16 9l2 4.2 4.6.6-3.3 3.2.8 4.6-4.1-2.2-4.1 2.2.8-4.6-3.3-3.2 4.6-.6z" fill={light} />
  </>
);

const star: Shape = ([body, shade, light]) => (
  <>
    <path d="M16 3l4 8.5 9.3 1.2-6.8 6.5 1.7 9.3L16 24l-8.2 4.5 1.7-9.3L2.7 12.7l9.3-1.2z" fill={shade} />
    <path d="M16 5.5l3.2 7 7.5 1-5.5 5.2 1.4 7.5L16 22.6z" fill={body} />
    <path d="M16 5.5l-3.2 7-7.5 1 5.5 5.2-1.4 7.5 6.6-3.6z" fill={light} opacity=".8" />
  </>
);

const eye: Shape = ([body, shade, light]) => (
  <>
    <path d="M2 16Q16 2 30 16 16 30 2 16z" fill={PAPER[2]} />
    <circle cx="16" cy="16" r="7.5" fill={shade} />
    <circle cx="16" cy="15.5" r="6.5" fill={body} />
    <path d="M16 9.5q3 6.5 0 13-3-6.5 0-13z" fill={INK} />
    <circle cx="13" cy="13" r="1.5" fill={light} />
  </>
);

const feather: Shape = ([body, shade, light]) => (
  <>
    <path d="M27 3C13 5 6 13 6 24l3 2C20 25 27 17 27 3z" fill={body} />
    <path d="M27 3C22 15 16 21 9 26 20 25 27 17 27 3z" fill={shade} />
    <path d="M4 29L23 9" stroke={light} stroke-width="1.5" stroke-linecap="round" />
    <circle cx="20" cy="11" r="3" fill={GEM[0]} stroke={light} />
  </>
);

const bag: Shape = ([body, shade, light]) => (
  <>
    <path d="M11 9h10c7 6 8 10 8 13a6 6 0 0 1-6 6H9a6 6 0 0 1-6-6c0-3 1-7 8-13z" fill={body} />
    <path d="M21 9c7 6 8 10 8 13a6 6 0 0 1-6 6h-5c5-5 5-13 3-19z" fill={shade} />
    <path d="M10 4l3 2 3-2 3 2 3-2-2 6h-8z" fill={light} />
  </>
);

const bolt: Shape = ([body, shade, light]) => (
  <>
    <path d="M18 2L6 18h8l-3 12 15-17h-9z" fill={shade} />
    <path d="M17 2L6 17h8l-2.5 10L24 13h-9z" fill={body} />
    <path d="M17 2L6 17h3z" fill={light} />
  </>
);

const ICONS: Readonly<Record<string, readonly [Shape, Tint]>> = {
  "3:1": [coin, COIN],
  "3:2": [ore, IRON],
  "3:3": [bag, PAPER],
  "3:4": [gem, VIOLET],
  "3:5": [gem, GEM],
  "3:6": [scroll, PAPER],
  "3:7": [scroll, JADE],
  "3:8": [scroll, VIOLET],
  "3:9": [star, SKY],
  "3:10": [potion, JADE],
  "3:11": [scroll, SKY],
  "3:12": [scroll, COIN],
  "3:13": [scroll, SEAL],
  "3:14": [card, PAPER],
  "3:15": [card, COIN],
  "3:16": [bag, SEAL],
  "3:17": [gem, COIN],
  "3:18": [card, COIN],
  "3:19": [card, SKY],
  "3:20": [card, PAPER],
  "3:21": [card, IRON],
  "3:22": [card, VIOLET],
  "3:23": [card, GEM],
  "3:24": [ore, COIN],
  "3:26": [card, JADE],
  "3:27": [card, VIOLET],
  "3:28": [card, SEAL],
  "3:33": [potion, SKY],
  "3:34": [potion, SEAL],
  "3:43": [star, COIN],
  "3:51": [eye, COIN],
  "3:52": [feather, SEAL],
  exp: [star, JADE],
  energy: [bolt, JADE],
  points: [coin, JADE],
};

/** The picture of an item, `group:id`, or of `exp`, `energy` and `points`, which are none. */
export function ItemIcon({ id }: { id: string }): JSX.Element {
  const [shape, tint] = ICONS[id] ?? [bag, IRON];
  return (
    <svg class="item-icon" viewBox="0 0 32 32" aria-hidden="true">
      {shape(tint)}
    </svg>
  );
}
