// Where names stand on the map: none covers another, and few circles are covered.

import type { Entity, Pair } from "./data";
import { EXTENT } from "./shapes";

export const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Noto Sans CJK SC", sans-serif';
const PIXELS_PER_LABEL = 9000;
const LONGEST_LABEL = 34;
const STRONG_LABELS = 28;
const BOLD_LABELS = 10;
const MOST_KINDS = 24;

export interface Label {
  text: string;
  x: number;
  y: number;
  size: number;
  weight: number;
  italic: boolean;
  halo: number;
}

export interface Circle {
  x: number;
  y: number;
  r: number;
}

interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

export const fontOf = ({ italic, weight, size }: Pick<Label, "italic" | "weight" | "size">): string => `${italic ? "italic " : ""}${weight} ${size}px ${FONT}`;

export class Labels {
  private readonly taken: Taken;
  private readonly circles: Taken;
  private readonly placed: Label[] = [];

  constructor(private readonly pen: CanvasRenderingContext2D, private readonly widths: Map<string, number>, private readonly width: number, private readonly height: number, private readonly at: (entity: Entity) => Circle) {
    this.taken = new Taken(width, height);
    this.circles = new Taken(width, height);
  }

  /** Names of entities, the most important first; the `strong` always get theirs. */
  names(entities: Entity[], strong: Set<Entity>): void {
    const inView = entities.filter((entity) => {
      const { x, y, r } = this.at(entity);
      if (x < -40 || y < -40 || x > this.width + 40 || y > this.height + 40) return false;
      if (r > 4) this.circles.add({ left: x - 0.8 * r, right: x + 0.8 * r, top: y - 0.8 * r, bottom: y + 0.8 * r });
      return true;
    });
    // No name covers what was asked for.
    for (const { x, y, r } of inView.filter((entity) => strong.has(entity)).map(this.at)) this.taken.add({ left: x - r, right: x + r, top: y - r, bottom: y + r });
    const most = (this.width * this.height) / PIXELS_PER_LABEL;
    for (const [rank, entity] of inView.entries()) {
      if (this.placed.length >= most || rank > 2.5 * most) break;
      const always = strong.has(entity);
      const { x, y, r: radius } = this.at(entity);
      const r = always ? radius * EXTENT[entity.type] + 5 : radius;
      const size = always ? 14 : Math.round(Math.min(16, 10.5 + 0.32 * r));
      const weight = always || rank < BOLD_LABELS ? 600 : 450;
      const text = entity.name.length > LONGEST_LABEL ? `${entity.name.slice(0, LONGEST_LABEL - 1).trimEnd()}…` : entity.name;
      const half = size * 0.62;
      const wide = this.measure(text, fontOf({ size, weight, italic: false }));
      const spots: Box[] = [
        { left: x + r + 3, right: x + r + 5 + wide, top: y - half, bottom: y + half },
        { left: x - wide / 2, right: x + wide / 2, top: y + r + 1, bottom: y + r + 1 + 2 * half },
        { left: x - wide / 2, right: x + wide / 2, top: y - r - 1 - 2 * half, bottom: y - r - 1 },
        { left: x - r - 5 - wide, right: x - r - 3, top: y - half, bottom: y + half },
        ...[-1, 1].flatMap((way) => [0, 1].map((leftward) => {
          const [near, middle] = [0.75 * r + 2, y + way * (0.75 * r + half)];
          return { left: leftward ? x - near - wide : x + near, right: leftward ? x - near : x + near + wide, top: middle - half, bottom: middle + half };
        })),
      ];
      // Names never cover names; of the free places the one that covers the fewest circles wins.
      const spot = spots
        .filter((box) => this.taken.inside(box) && this.taken.free(box))
        .map((box) => ({ box, covered: this.circles.count(box) }))
        .filter(({ covered }) => covered <= (always || rank < BOLD_LABELS ? Infinity : rank < STRONG_LABELS ? 2 : r > 6 ? 1 : 0))
        .sort((a, b) => a.covered - b.covered)[0]?.box ?? (always ? spots[0] : undefined);
      if (spot) this.put(spot, { text, size, weight, italic: false, halo: always ? 5 : 3.5 });
    }
  }

  /** Names of stated relations on their lines, each pointing to its tail; that of `first` always. */
  kinds(lines: { pair: Pair; head: Entity; tail: Entity; label: string }[], first: Pair | null): void {
    let drawn = 0;
    for (const { pair, head, tail, label } of lines) {
      if (drawn > MOST_KINDS) break;
      const [from, to] = [this.at(head), this.at(tail)];
      if (Math.hypot(from.x - to.x, from.y - to.y) < 70) continue;
      const text = from.x <= to.x ? `${label} →` : `← ${label}`;
      const face = { size: 11, weight: 450, italic: true };
      const wide = this.measure(text, fontOf(face));
      const [x, y] = [0.45 * from.x + 0.55 * to.x, 0.45 * from.y + 0.55 * to.y];
      const box = { left: x - wide / 2, right: x + wide / 2, top: y - 7, bottom: y + 7 };
      if ((!this.taken.free(box) || !this.circles.free(box)) && pair !== first) continue;
      this.put(box, { text, ...face, halo: 3.5 });
      drawn += 1;
    }
  }

  get all(): Label[] {
    return this.placed;
  }

  private put(box: Box, label: Omit<Label, "x" | "y">): void {
    this.taken.add(box);
    this.placed.push({ ...label, x: (box.left + box.right) / 2, y: (box.top + box.bottom) / 2 });
  }

  private measure(text: string, font: string): number {
    this.pen.font = font;
    const key = `${font}|${text}`;
    let found = this.widths.get(key);
    if (found === undefined) this.widths.set(key, (found = this.pen.measureText(text).width));
    return found;
  }
}

/** Boxes already taken, in squares so that asking stays cheap. */
class Taken {
  private readonly squares = new Map<number, Box[]>();

  constructor(private readonly width: number, private readonly height: number) {}

  inside(box: Box): boolean {
    return box.left > 2 && box.top > 2 && box.right < this.width - 2 && box.bottom < this.height - 2;
  }

  free(box: Box): boolean {
    return this.count(box) === 0;
  }

  /** How many of the boxes taken meet this one. */
  count(box: Box): number {
    const met = new Set<Box>();
    for (const key of this.keys(box))
      for (const other of this.squares.get(key) ?? [])
        if (box.left < other.right && box.right > other.left && box.top < other.bottom && box.bottom > other.top) met.add(other);
    return met.size;
  }

  add(box: Box): void {
    for (const key of this.keys(box)) {
      const square = this.squares.get(key);
      if (square) square.push(box);
      else this.squares.set(key, [box]);
    }
  }

  private *keys(box: Box): Generator<number> {
    for (let row = Math.floor(box.top / 64); row <= Math.floor(box.bottom / 64); row++)
      for (let column = Math.floor(box.left / 64); column <= Math.floor(box.right / 64); column++) yield row * 4096 + column;
  }
}
