// The map by keyboard: arrows go from shape to shape, Enter opens one, plus and minus zoom.

import type { Entity } from "./data";
import type { MapView } from "./map";

/** Ways that the arrow keys point on the screen, where y grows downwards. */
const WAYS: Record<string, [number, number]> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const ASIDE = 2.5;

interface Place {
  x: number;
  y: number;
}

/** The nearest entity on the side of an arrow: what lies aside of its way counts as farther. */
export function nextTo(from: Place, [right, down]: [number, number], others: Iterable<[Entity, Place]>): Entity | null {
  let best: Entity | null = null;
  let least = Infinity;
  for (const [entity, { x, y }] of others) {
    const along = (x - from.x) * right + (y - from.y) * down;
    const aside = Math.abs((x - from.x) * down) + Math.abs((y - from.y) * right);
    if (along < 1 || aside > 2 * along) continue;
    const far = Math.hypot(along, ASIDE * aside);
    if (far < least) [best, least] = [entity, far];
  }
  return best;
}

export function listen(host: HTMLElement, map: MapView, tell: (entity: Entity) => void, act: { open: (entity: Entity) => void; reset: () => void }): void {
  const stand = (entity: Entity | null) => {
    if (!entity) return;
    map.stand(entity);
    tell(entity);
  };
  host.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const way = WAYS[event.key];
    if (way) stand(map.standing ? nextTo(map.place(map.standing), way, map.places()) : map.foremost());
    else if (event.key === "Home") stand(map.foremost());
    else if ((event.key === "Enter" || event.key === " ") && map.standing) act.open(map.standing);
    else if (event.key === "+" || event.key === "=") map.zoom(1 / 1.6);
    else if (event.key === "-") map.zoom(1.6);
    else if (event.key === "0") act.reset();
    else return;
    event.preventDefault();
  });
  host.addEventListener("focus", () => {
    if (!host.matches(":focus-visible")) return;
    if (map.standing) stand(map.standing);
    else stand(map.foremost());
  });
  host.addEventListener("blur", () => map.stand(null));
}
