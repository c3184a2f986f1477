import type { JSX } from "preact";

/** Line icons on a field of 24 by 24. */
const PATHS = {
  map: "M3 6l6-2 6 2 6-2v14l-6 2-6-2-6 2zM9 4v14M15 6v14",
  tower: "M8 21V9l4-6 4 6v12M5 21h14M8 13h8M11 21v-4h2v4",
  trial: "M12 3l2.6 5.6 6 .7-4.4 4.1 1.2 6L12 16.4 6.6 19.4l1.2-6L3.4 9.3l6-.7z",
  boss: "M5 4l3 4M19 4l-3 4M5 12a7 7 0 0 1 14 0v4l-3 2v3h-2v-2h-4v2H8v-3l-3-2zM9.5 13v1M14.5 13v1",
  chest: "M4 10V8a3 3 0 0 1 3-3h10a3 3 0 0 1 3 3v2M3 10h18v9H3zM10 10v4h4v-4",
  task: "M6 3h10l3 3v15H6zM9 9h7M9 13h7M9 17h4",
  event:
    "M12 3v3M12 18v3M3 12h3M18 12h3M5.6 5.6l2.1 2.1M16.3 16.3l2.1 2.1M5.6 18.4l2.1-2.1M16.3 7.7l2.1-2.1M12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6z",
  swords: "M4 4l11 11M4 4v3l9 9M20 4L9 15M20 4v3l-9 9M5 15l4 4M4 20l3-3M19 15l-4 4M20 20l-3-3",
  family:
    "M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM16.5 11a2.5 2.5 0 1 0 0-5M2.5 19c.4-3.5 2.6-5 5.5-5s5.1 1.5 5.5 5M15.5 14c3 0 5 1.3 5.5 4",
  person: "M12 11a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 21c.6-5 3.7-7 8-7s7.4 2 8 7",
  bag: "M8 8V6a4 4 0 0 1 8 0v2M5 8h14l1 13H4zM9 12h6",
  craft: "M4 20l8-8M11 5l8 8M13 3l8 8-3 3-8-8zM5 17l2 2",
  shop: "M4 9l1.5-5h13L20 9M4 9v11h16V9M4 9a2.7 2.7 0 0 0 5.3 0 2.7 2.7 0 0 0 5.4 0A2.7 2.7 0 0 0 20 9M9 20v-6h6v6",
  mail: "M3 6h18v13H3zM3 7l9 7 9-7",
  account: "M12 3l8 3v6c0 5-3.5 8-8 9-4.5-1-8-4-8-9V6zM9 12l2 2 4-4",
  calendar: "M4 6h16v14H4zM4 10h16M8 3v4M16 3v4M9 15l2 2 4-4",
  dice: "M5 5h14v14H5zM9 8.8v.4M15 8.8v.4M12 11.8v.4M9 14.8v.4M15 14.8v.4",
  guide: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM9.5 9.5a2.5 2.5 0 1 1 3.5 2.3c-.7.4-1 .9-1 1.7M12 17v.3",
  close: "M6 6l12 12M18 6L6 18",
  back: "M15 5l-7 7 7 7",
  check: "M4 12.5l5 5L20 6.5",
  lock: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3M12 15v2",
  bolt: "M13 2L5 13.5h6L10 22l9-12.5h-6.5z",
  broom: "M20 4l-8.5 8.5M8 11l5 5-4 5-6-6zM6 17l2 2",
  clock: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7v5l3.5 2",
  send: "M4 12l16-8-5 16-3.5-6.5zM11.5 13.5L20 4",
  heart: "M12 20s-8-4.8-8-10.5A4.5 4.5 0 0 1 12 7a4.5 4.5 0 0 1 8 2.5C20 15.2 12 20 12 20z",
  shield: "M12 3l8 3v6c0 5-3.5 8-8 9-4.5-1-8-4-8-9V6z",
  globe: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM3 12h18M12 3c3 3 3.5 6 3.5 9s-.5 6-3.5 9c-3-3-3.5-6-3.5-9S9 6 12 3z",
  trash: "M5 7h14M9 7V4h6v3M7 7l1 13h8l1-13",
  plus: "M12 5v14M5 12h14",
  rank: "M8 4h8v5a4 4 0 0 1-8 0zM8 6H4c0 3 1.5 5 4 5M16 6h4c0 3-1.5 5-4 5M12 13v4M8 20h8M9.5 17h5",
  refresh: "M20 6v5h-5M4 18v-5h5M19 11a7.5 7.5 0 0 0-13-3.5M5 13a7.5 7.5 0 0 0 13 3.5",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }): JSX.Element {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
