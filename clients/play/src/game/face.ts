import { h, render } from "preact";
import { Portrait } from "../art/portrait.js";

const SIZE = 128;
const painted = new Map<string, Promise<string>>();

/** A player's portrait as a PNG in base64, as challenges carry it; empty where the browser cannot paint it. */
export function facePng(name: string): Promise<string> {
  const known = painted.get(name) ?? paint(name).catch(() => "");
  painted.set(name, known);
  return known;
}

async function paint(name: string): Promise<string> {
  const holder = document.createElement("div");
  render(h(Portrait, { of: name }), holder);
  const svg = holder.firstElementChild;
  if (svg === null) return "";
  svg.setAttribute("width", String(SIZE));
  svg.setAttribute("height", String(SIZE));
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(new XMLSerializer().serializeToString(svg))}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIZE;
  canvas.getContext("2d")?.drawImage(image, 0, 0, SIZE, SIZE);
  return canvas.toDataURL("image/png").replace(/^data:image\/png;base64,/, "");
}
