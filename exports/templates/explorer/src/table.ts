// Every visible entity as a row: sorted by any column, written as CSV.

import { ROLES, type Entity, type Model } from "./data";
import { h } from "./dom";
import { tableFigure } from "./figures";
import type { Selection } from "./selection";
import type { State } from "./state";
import type { Go, Listing } from "./views";
import { number, t } from "./words";

const FIRST = 300;
const COLUMNS = ["name", "type", "papers", ...ROLES, "first", "latest"] as const;
type Column = (typeof COLUMNS)[number];
const HEADS: Record<Column, string> = {
  name: "Name", type: "Type", papers: "Papers", introduces: "introduced", uses: "used", compares: "compared", mentions: "mentioned", first: "First", latest: "Latest",
};
const TEXTS = new Set<Column>(["name", "type"]);

interface Row {
  entity: Entity;
  values: Record<Column, string | number>;
}

export function table(model: Model, state: State, selection: Selection, go: Go): Listing {
  const falling = state.sort.startsWith("-");
  const column = COLUMNS.find((each) => each === state.sort.replace(/^-/, "")) ?? "papers";
  const rows = selection.shown.map((entity): Row => {
    const roles = selection.roles(entity);
    const years = selection.years(entity);
    return {
      entity,
      values: {
        name: entity.name, type: t(model.types[entity.type]), papers: selection.papers(entity),
        introduces: roles[0], uses: roles[1], compares: roles[2], mentions: roles[3],
        first: years[0]?.[0] ?? "", latest: years[years.length - 1]?.[0] ?? "",
      },
    };
  });
  rows.sort((a, b) => (falling ? -1 : 1) * compare(a.values[column], b.values[column]) || a.entity.index - b.entity.index);
  const head = h("tr", {}, ...COLUMNS.map((each) => {
    const chosen = each === column;
    // A first click on a column of numbers puts the most on top.
    const next = chosen ? (falling ? each : `-${each}`) : TEXTS.has(each) || each === "first" ? each : `-${each}`;
    return h("th", { scope: "col", class: TEXTS.has(each) ? null : "figure", "aria-sort": chosen ? (falling ? "descending" : "ascending") : null },
      h("a", { href: go({ sort: next }), "data-key": `sort-${each}` }, t(HEADS[each]), h("span", { class: "arrow", "aria-hidden": "true" }, chosen ? (falling ? " ↓" : " ↑") : "")));
  }));
  const line = ({ entity, values }: Row) => h("tr", { class: state.entity === entity ? "current" : null }, ...COLUMNS.map((each) => {
    if (each === "name") return h("th", { scope: "row" }, h("a", { class: "name", href: go({ entity }) }, h("i", { class: `dot t${entity.type}` }), h("span", { dir: "auto" }, entity.name)));
    const value = values[each];
    return h("td", { class: each === "type" ? "quiet" : "figure" }, typeof value === "number" && each !== "first" && each !== "latest" ? number(value) : value);
  }));
  const body = h("tbody", {}, ...rows.slice(0, FIRST).map(line));
  const content = h("div", { class: "listing" }, h("table", { class: "entities" }, h("caption", {}, t("Entities")), h("thead", {}, head), body));
  if (rows.length > FIRST) {
    const more = h("button", { class: "more", type: "button" }, t("Show {} more", rows.length - FIRST));
    more.addEventListener("click", () => {
      body.append(...rows.slice(FIRST).map(line));
      more.remove();
      body.rows[FIRST].querySelector("a")?.focus();
    });
    content.append(more);
  }
  const drawn = rows.slice(0, FIRST).map(({ entity, values }) => ({ entity, cells: COLUMNS.slice(1).map((each) => (each === "first" || each === "latest" ? String(values[each]) : values[each])) }));
  return { content, svg: (colours) => tableFigure({ heads: COLUMNS.map((each) => t(HEADS[each])), rows: drawn, more: rows.length - drawn.length }, colours), rows: [[...COLUMNS, "iri"], ...rows.map(({ entity, values }) => [...COLUMNS.map((each) => (each === "type" ? model.types[entity.type] : values[each])), entity.iri])] };
}

function compare(a: string | number, b: string | number): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  return String(a).localeCompare(String(b));
}
