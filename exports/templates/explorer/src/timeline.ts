// When entities first appear in the papers of the graph, year by year, the newest on top.

import type { Entity, Model } from "./data";
import { h } from "./dom";
import { timelineFigure } from "./figures";
import type { Selection } from "./selection";
import type { State } from "./state";
import type { Go, Listing } from "./views";
import { number, papers, t } from "./words";

const FIRST = 12;

export function timeline(model: Model, state: State, selection: Selection, go: Go): Listing {
  const born = new Map<number, Entity[]>();
  for (const entity of selection.shown) {
    const year = selection.years(entity)[0]?.[0];
    if (year) born.set(year, [...(born.get(year) ?? []), entity]);
  }
  const years = [...born.keys()].sort((a, b) => b - a);
  const most = Math.max(1, ...[...born.values()].map((found) => found.length));
  const chip = (entity: Entity) => h("li", {}, h("a", { class: "name", href: go({ entity }), "aria-current": state.entity === entity ? "true" : null, title: papers(selection.papers(entity)) },
    h("i", { class: `dot t${entity.type}` }), h("span", { dir: "auto" }, entity.name), h("span", { class: "count" }, number(selection.papers(entity)))));
  const content = h("div", { class: "listing" }, h("p", { class: "hint" }, t("The year of the first paper in this graph that names the entity, under the filters chosen.")));
  if (!years.length) content.append(h("p", { class: "empty" }, t("No entity is visible. Widen the filters.")));
  content.append(h("ol", { class: "timeline" }, ...years.map((year) => {
    const found = born.get(year)!;
    const list = h("ul", { class: "chips" }, ...found.slice(0, FIRST).map(chip));
    const bar = h("span", { class: "strip", "aria-hidden": "true" }, ...[3, 2, 0, 1].map((type) => {
      const part = h("i", { class: `t${type}` });
      part.style.width = `${(100 * found.filter((entity) => entity.type === type).length) / most}%`;
      return part;
    }));
    const more = found.length > FIRST ? h("button", { class: "more", type: "button" }, t("Show {} more", found.length - FIRST)) : null;
    more?.addEventListener("click", () => {
      list.append(...found.slice(FIRST).map(chip));
      more.remove();
      list.children[FIRST].querySelector("a")?.focus();
    });
    return h("li", {}, h("h3", {}, String(year), h("span", { class: "count" }, t("{} entities", found.length))), bar, list, more);
  })));
  const rows = years.flatMap((year) => born.get(year)!.map((entity) => [year, model.types[entity.type], entity.name, selection.papers(entity), entity.iri]));
  return { content, svg: (colours) => timelineFigure(years.map((year) => [year, born.get(year)!]), FIRST, colours), rows: [["first", "type", "name", "papers", "iri"], ...rows] };
}
