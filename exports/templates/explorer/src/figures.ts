// The table and the timeline as pictures: what the page lists, drawn as shapes and text alone.

import type { Entity } from "./data";
import { FONT } from "./labels";
import { element, page } from "./picture";
import { outline } from "./shapes";
import type { Colours } from "./views";
import { number, t } from "./words";

const MARGIN = 24;
const LINE = 28;
const LONGEST = 60;
const WIDE = 920;

export interface TableFigure {
  heads: string[];
  /** Cells after the first, which is the entity. */
  rows: { entity: Entity; cells: (string | number)[] }[];
  more: number;
}

const clipped = (name: string, most = LONGEST): string => (name.length > most ? `${name.slice(0, most - 1).trimEnd()}…` : name);

const shape = (entity: Entity, x: number, y: number, { types }: Colours): string => outline(entity.type, x, y, 4.5, { fill: types[entity.type] });

/** Widths of texts in the font of the picture. */
function ruler(): (text: string, size: number, weight?: number) => number {
  const pen = document.createElement("canvas").getContext("2d")!;
  return (text, size, weight = 400) => {
    pen.font = `${weight} ${size}px ${FONT}`;
    return pen.measureText(text).width;
  };
}

export function tableFigure({ heads, rows, more }: TableFigure, colours: Colours): string {
  const measure = ruler();
  const texts = rows.map(({ entity, cells }) => [clipped(entity.name), ...cells.map((cell) => (typeof cell === "number" ? number(cell) : cell))]);
  const widths = heads.map((head, column) => Math.max(measure(head, 12), ...texts.map((row) => measure(row[column], 13, column ? 400 : 500))) + (column ? 26 : 40));
  const left = widths.map((_, column) => MARGIN + widths.slice(0, column).reduce((sum, each) => sum + each, 0));
  const width = 2 * MARGIN + widths.reduce((sum, each) => sum + each, 0);
  const texted = (column: number): boolean => column < 2;
  const parts: string[] = [];
  const put = (text: string, column: number, y: number, look: Record<string, string | number>) => {
    const x = texted(column) ? left[column] + (column ? 0 : 18) : left[column] + widths[column] - 12;
    parts.push(element("text", { x, y, "text-anchor": texted(column) ? "start" : "end", "dominant-baseline": "central", fill: colours.ink, ...look }, text));
  };
  const rule = (y: number, opacity: string) => parts.push(element("line", { x1: MARGIN, y1: y, x2: width - MARGIN, y2: y, stroke: colours.ink, "stroke-opacity": opacity }));
  heads.forEach((head, column) => put(head, column, MARGIN + LINE / 2, { "font-size": 12, "fill-opacity": "0.7" }));
  rule(MARGIN + LINE, "0.4");
  texts.forEach((row, at) => {
    const y = MARGIN + LINE * (at + 1.5);
    parts.push(shape(rows[at].entity, left[0] + 6, y, colours));
    row.forEach((text, column) => put(text, column, y, { "font-size": 13, "font-weight": column ? "400" : "500" }));
    rule(y + LINE / 2, "0.12");
  });
  if (more) put(t("{} more", more), 0, MARGIN + LINE * (rows.length + 1.5), { "font-size": 12, "fill-opacity": "0.7" });
  return page(width, 2 * MARGIN + LINE * (rows.length + (more ? 2 : 1)), colours.ground, parts);
}

/** Years from the newest, each with the entities that appear in it first. */
export function timelineFigure(years: [number, Entity[]][], most: number, colours: Colours): string {
  const measure = ruler();
  const parts: string[] = [];
  let y = MARGIN + 8;
  for (const [year, entities] of years) {
    parts.push(
      element("circle", { cx: MARGIN + 4, cy: y, r: 4, fill: colours.ground, stroke: colours.ink, "stroke-opacity": "0.6", "stroke-width": 2 }),
      element("text", { x: MARGIN + 24, y, "dominant-baseline": "central", "font-size": 16, "font-weight": "600", fill: colours.ink }, String(year)),
      element("text", { x: MARGIN + 76, y, "dominant-baseline": "central", "font-size": 12, fill: colours.ink, "fill-opacity": "0.7" }, t("{} entities", entities.length)),
    );
    let x = MARGIN + 24;
    y += LINE;
    const shown = entities.slice(0, most);
    for (const entity of shown) {
      const name = clipped(entity.name);
      const wide = measure(name, 12.5) + 34;
      if (x > MARGIN + 24 && x + wide > WIDE - MARGIN) [x, y] = [MARGIN + 24, y + LINE];
      parts.push(
        element("rect", { x, y: y - 11, width: wide - 6, height: 22, rx: 11, fill: "none", stroke: colours.ink, "stroke-opacity": "0.2" }),
        shape(entity, x + 12, y, colours),
        element("text", { x: x + 21, y, "dominant-baseline": "central", "font-size": 12.5, fill: colours.ink }, name),
      );
      x += wide;
    }
    if (entities.length > shown.length)
      parts.push(element("text", { x: x + 4, y, "dominant-baseline": "central", "font-size": 12, fill: colours.ink, "fill-opacity": "0.7" }, t("{} more", entities.length - shown.length)));
    y += LINE + 14;
  }
  const spine = years.length ? [element("line", { x1: MARGIN + 4, y1: MARGIN + 8, x2: MARGIN + 4, y2: y - LINE, stroke: colours.ink, "stroke-opacity": "0.2", "stroke-width": 2 })] : [];
  return page(WIDE, y + MARGIN - LINE, colours.ground, [...spine, ...parts]);
}
