// Methods down, tasks, datasets or modalities across: how many papers name both, and where none does.

import type { Entity, Model } from "./data";
import { h } from "./dom";
import { element, page } from "./picture";
import type { Selection } from "./selection";
import type { State } from "./state";
import type { Go, Listing } from "./views";
import { number, papers, plural, t } from "./words";

const ROWS = 40;
const COLUMNS = 30;
const ACROSS = ["Task", "Dataset", "Modality"];

/** For each row and column the papers that name both. */
export function crossed(rows: Entity[], columns: Entity[], selection: Selection): number[][] {
  const named = new Map<number, number[]>();
  columns.forEach((entity, at) => {
    for (const paper of selection.numbers(entity)) {
      const found = named.get(paper);
      if (found) found.push(at);
      else named.set(paper, [at]);
    }
  });
  return rows.map((entity) => {
    const counts = columns.map(() => 0);
    for (const paper of selection.numbers(entity)) for (const at of named.get(paper) ?? []) counts[at] += 1;
    return counts;
  });
}

export function matrix(model: Model, state: State, selection: Selection, go: Go): Listing {
  const down = model.types.indexOf("Method");
  const across = ACROSS.includes(model.types[state.across]) ? state.across : model.types.indexOf("Task");
  const best = (type: number, most: number) => selection.shown.filter((entity) => entity.type === type).slice(0, most);
  const [rows, columns] = [best(down, ROWS), best(across, COLUMNS)];
  const counts = crossed(rows, columns, selection);
  const most = Math.max(1, ...counts.flat());
  const empty = counts.flat().filter((count) => !count).length;
  const choice = h("nav", { class: "axes", "aria-label": t("Columns") }, ...ACROSS.map((name) => {
    const type = model.types.indexOf(name);
    return h("a", { href: go({ across: type }), "aria-current": type === across ? "true" : null, "data-key": `across-${name}` }, `${plural("Method")} × ${plural(name)}`);
  }));
  const content = h("div", { class: "listing" }, choice);
  if (!rows.length || !columns.length) {
    content.append(h("p", { class: "empty" }, t("No entity is visible. Widen the filters.")));
    return { content, rows: [] };
  }
  const cell = (row: Entity, column: Entity, count: number) => {
    const chosen = state.pair ? pairIs(state.pair, row, column) : state.cell ? state.cell[0] === row && state.cell[1] === column : false;
    const link = h("a", { href: go({ cell: [row, column] }), tabindex: "-1", "aria-label": `${row.name}, ${column.name}: ${count ? papers(count) : t("no paper")}` }, count ? number(count) : "");
    const box = h("td", { class: `${count ? "some" : "none"}${chosen ? " current" : ""}` }, link);
    if (count) box.style.setProperty("--share", `${Math.round(8 + 62 * Math.sqrt(count / most))}%`);
    return box;
  };
  const title = (entity: Entity, scope: string) => h("th", { scope }, h("a", { href: go({ entity }), tabindex: scope === "row" ? null : "0", title: entity.name }, h("span", { dir: "auto" }, entity.name), h("i", { class: `dot t${entity.type}` })));
  const body = h("tbody", {}, ...rows.map((row, y) => h("tr", {}, title(row, "row"), ...columns.map((column, x) => cell(row, column, counts[y][x])))));
  const grid = h("table", { class: `matrix t${across}` },
    h("caption", {}, h("span", {}, t("Papers that name both; {} of {} cells are empty. Arrow keys move between cells.", empty, rows.length * columns.length))),
    h("thead", {}, h("tr", {}, h("td", {}), ...columns.map((column) => title(column, "col")))), body);
  walkable(body);
  content.append(h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": t("Matrix") }, grid));
  return {
    content,
    rows: [["", ...columns.map((entity) => entity.name)], ...rows.map((row, y) => [row.name, ...counts[y]])],
    svg: (colours) => figure(rows, columns, counts, colours),
  };
}

const pairIs = ({ a, b }: { a: Entity; b: Entity }, x: Entity, y: Entity): boolean => (a === x && b === y) || (a === y && b === x);

/** One stop for the tab key; arrows go from cell to cell. */
function walkable(body: HTMLTableSectionElement): void {
  const link = (row: number, column: number) => body.rows[row]?.cells[column]?.querySelector<HTMLAnchorElement>("td > a");
  const start = (body.querySelector("td.current > a") ?? link(0, 1)) as HTMLElement | null;
  if (start) start.tabIndex = 0;
  body.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
    const at = (event.target as Element).closest("td");
    if (!step || !at) return;
    event.preventDefault();
    const next = link((at.parentElement as HTMLTableRowElement).sectionRowIndex + step[0], at.cellIndex + step[1]);
    if (!next) return;
    (event.target as HTMLElement).tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  });
}

const SIDE = 26;
const LEFT = 210;
const TOP = 170;

function figure(rows: Entity[], columns: Entity[], counts: number[][], { types, ink, ground }: { types: string[]; ink: string; ground: string }): string {
  const most = Math.max(1, ...counts.flat());
  const colour = types[columns[0].type];
  const clipped = (name: string) => (name.length > 32 ? `${name.slice(0, 31)}…` : name);
  const parts = [
    ...columns.map((column, x) => element("text", { transform: `translate(${LEFT + SIDE * (x + 0.65)} ${TOP - 8}) rotate(-60)`, "font-size": 12, fill: ink }, clipped(column.name))),
    ...rows.flatMap((row, y) => [
      element("text", { x: LEFT - 8, y: TOP + SIDE * (y + 0.5), "text-anchor": "end", "dominant-baseline": "central", "font-size": 12, fill: ink }, clipped(row.name)),
      ...counts[y].flatMap((count, x) => {
        const [left, top] = [LEFT + SIDE * x, TOP + SIDE * y];
        const box = { x: left + 1, y: top + 1, width: SIDE - 2, height: SIDE - 2, rx: 3 };
        if (!count) return [element("rect", { ...box, fill: "none", stroke: ink, "stroke-opacity": "0.18" })];
        return [
          element("rect", { ...box, fill: colour, "fill-opacity": (0.08 + 0.62 * Math.sqrt(count / most)).toFixed(3) }),
          element("text", { x: left + SIDE / 2, y: top + SIDE / 2, "text-anchor": "middle", "dominant-baseline": "central", "font-size": 10, fill: ink }, String(count)),
        ];
      }),
    ]),
  ];
  return page(LEFT + SIDE * columns.length + 130, TOP + SIDE * rows.length + 12, ground, parts);
}
