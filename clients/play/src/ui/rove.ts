const STEPS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** Moves the focus with the arrow keys to the nearest element with `data-rove` in that direction. */
export function rove(event: KeyboardEvent): void {
  const step = STEPS[event.key];
  const from = event.target;
  if (step === undefined || !(from instanceof HTMLElement) || from.matches("input, textarea, select")) return;
  const container = event.currentTarget as HTMLElement;
  const others = [...container.querySelectorAll<HTMLElement | SVGElement>("[data-rove]")].filter((one) => one !== from);
  const start = centre(from);
  let best: { element: HTMLElement | SVGElement; distance: number } | undefined;
  for (const element of others) {
    const end = centre(element);
    const along = (end.x - start.x) * step[0] + (end.y - start.y) * step[1];
    const across = Math.abs((end.x - start.x) * step[1]) + Math.abs((end.y - start.y) * step[0]);
    if (along < 2) continue;
    const distance = along + across * 2;
    if (best === undefined || distance < best.distance) best = { element, distance };
  }
  if (best === undefined) return;
  event.preventDefault();
  best.element.focus();
  best.element.scrollIntoView({ block: "nearest", inline: "nearest" });
}

function centre(element: Element): { x: number; y: number } {
  const box = element.getBoundingClientRect();
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}
