// The panel beside the map: overview, entity, pair of entities, paper.

import type { Beyond, Quote } from "./beyond";
import { other, ROLES, support, type Entity, type Model, type Pair, type Paper, type Relation, type Sentence } from "./data";
import { h, outward, svg } from "./dom";
import { shortest } from "./focus";
import { plain } from "./readable";
import { fold, Search } from "./search";
import type { Selection } from "./selection";
import { aimed, format, type State, type Target } from "./state";
import * as text from "./text";
import { kindLabel, number, papers, plural, t } from "./words";

const FIRST = 6;
const MOST_ALIASES = 12;
const MOST_IDS = 200;

export class Panel {
  constructor(private readonly model: Model, private state: State, private selection: Selection, private readonly beyond?: Beyond) {}

  render(state: State, selection: Selection): { heading: string; content: HTMLElement } {
    this.state = state;
    this.selection = selection;
    if (state.paper) return { heading: plain(state.paper.title), content: this.paper(state.paper) };
    if (state.pair)
      return { heading: `${state.pair.a.name} – ${state.pair.b.name}`, content: this.pair(state.pair) };
    if (state.cell) return { heading: `${state.cell[0].name} – ${state.cell[1].name}`, content: this.both(...state.cell) };
    if (state.entity && state.to) return { heading: `${state.entity.name} → ${state.to.name}`, content: this.path(state.entity, state.to) };
    if (state.entity) return { heading: state.entity.name, content: this.entity(state.entity) };
    if (state.among) return { heading: many(state.among), content: this.group(state.among) };
    return { heading: t("Overview"), content: this.overview() };
  }

  /** Address of a view under the present filters. */
  to(target: Target): string {
    return `#${format(aimed(this.state, target), this.model)}`;
  }

  private readonly link = (entity: Entity): string => this.to({ entity });

  private name(entity: Entity): HTMLElement {
    return h("a", { class: "name", href: this.to({ entity }) }, h("i", { class: `dot t${entity.type}` }), h("span", { dir: "auto" }, entity.name));
  }

  private group(entities: Entity[]): HTMLElement {
    return h("article", { class: "group" }, h("h2", {}, many(entities)),
      this.folded(entities.map((each) => h("li", {}, this.name(each), h("span", { class: "count" }, number(this.selection.papers(each))))), "rows", 40));
  }

  private overview(): HTMLElement {
    const root = h("div", { class: "overview" });
    if (!this.model.entities.length) return h("p", { class: "empty" }, t("This graph has no entities yet."));
    root.append(h("h2", {}, t("Most studied")));
    const order = [3, 2, 0, 1];
    const shown = this.selection.shown;
    if (!shown.length) root.append(h("p", { class: "empty" }, t("No entity is visible. Widen the filters.")));
    for (const type of order) {
      const best = shown
        .filter((entity) => entity.type === type)
        .slice(0, 5)
        .map((entity) => ({ entity, count: this.selection.papers(entity) }));
      if (!best.length) continue;
      const most = best[0].count;
      root.append(
        h("section", {},
          h("h3", { class: `t${type}` }, plural(this.model.types[type])),
          h("ol", { class: "bars" },
            ...best.map(({ entity, count }) => {
              const bar = h("span", { class: `meter t${type}` });
              bar.style.width = `${(100 * count) / most}%`;
              return h("li", {}, h("a", { href: this.to({ entity }) },
                h("span", { class: "label", dir: "auto" }, entity.name), h("span", { class: "count" }, number(count)), bar));
            }))),
      );
    }
    root.append(h("p", { class: "hint" }, t("Larger shapes are named in more papers. Choose a shape, a line or a name.")));
    return root;
  }

  private entity(entity: Entity): HTMLElement {
    const count = this.selection.papers(entity);
    const spelt = new Set([fold(entity.name)]);
    const aliases = entity.aliases.filter(([alias]) => !spelt.has(fold(alias)) && spelt.add(fold(alias))).slice(0, MOST_ALIASES);
    return h("article", {},
      h("p", { class: `kind t${entity.type}` }, h("i", { class: `dot t${entity.type}` }), t(this.model.types[entity.type])),
      h("h2", { dir: "auto" }, entity.name),
      aliases.length
        ? h("p", { class: "aliases" }, h("span", { class: "quiet" }, `${t("Also called")} `),
            ...aliases.flatMap(([alias, language], i) => [i ? ", " : "", h("span", { lang: language || null, dir: "auto" }, alias)]))
        : null,
      entity.definition ? h("section", { class: "definition" }, h("h3", {}, t("What it is")), h("ul", { class: "quotes" }, this.quote(entity.definition))) : null,
      h("div", { class: "figures" },
        h("div", { class: "total" }, h("strong", {}, number(count)), h("span", {}, count === 1 ? t("1 paper").replace(/^1\s*/, "") : t("Papers").toLowerCase()), count < entity.papers ? h("span", {}, t("of {}", entity.papers)) : null),
        this.years(entity)),
      this.roles(entity),
      this.ways(entity),
      this.terms("Broader", entity.broader),
      this.terms("Narrower", entity.narrower),
      this.related(entity),
      this.sentences(entity),
      this.papersOf(entity));
  }

  private years(entity: Entity): Element | null {
    const years = this.selection.years(entity);
    if (entity.years.length < 2) return null;
    const all = this.model.years;
    const [from, to] = [all[0][0], all[all.length - 1][0]];
    const count = new Map(years);
    const most = Math.max(1, ...count.values());
    const span = to - from + 1;
    const chart = svg("svg", { class: `years t${entity.type}`, viewBox: `0 0 ${span * 10} 40`, preserveAspectRatio: "none", "aria-hidden": "true" });
    for (let year = from; year <= to; year++) {
      const height = (38 * (count.get(year) ?? 0)) / most;
      chart.append(svg("rect", { x: (year - from) * 10 + 1, y: 40 - Math.max(height, 1), width: 8, height: Math.max(height, 1), class: height ? "full" : "none" }, svg("title", {}, `${year}: ${papers(count.get(year) ?? 0)}`)));
    }
    return h("div", { class: "chart", role: "img", "aria-label": years.map(([year, papers]) => `${year}: ${papers}`).join(", ") },
      chart as unknown as HTMLElement, h("div", {}, h("span", {}, String(from)), h("span", {}, String(to))));
  }

  private roles(entity: Entity): HTMLElement {
    const words = ["introduced", "used", "compared", "mentioned"];
    const counts = this.selection.roles(entity);
    const all = Math.max(1, ...counts);
    return h("dl", { class: "roles" },
      ...counts.map((count, role) => {
        const bar = h("span", { class: `meter t${entity.type}`, "aria-hidden": "true" });
        bar.style.width = `${(100 * count) / all}%`;
        return h("div", { class: count ? "" : "zero" }, h("dt", {}, t(words[role])), h("dd", {}, number(count), bar));
      }));
  }

  /** Ways on from an entity: two steps around it, or the path to another. */
  private ways(entity: Entity): HTMLElement {
    const search = new Search(this.model, ({ entity: to }) => this.to(to === entity ? { entity } : { entity, to }), { label: t("Path to…"), id: "ends" }, this.beyond);
    const wide = this.state.wide;
    return h("div", { class: "ways" },
      h("a", { class: "pill", href: this.to({ entity, wide: !wide }) }, wide ? t("Neighbours only") : t("Neighbours of neighbours")), search.element);
  }

  private path(from: Entity, to: Entity): HTMLElement {
    const root = h("article", { class: "pair" }, h("h2", {}, this.name(from), this.name(to)));
    const found = shortest(from, to, this.selection);
    if (!found) {
      root.append(h("p", { class: "empty" }, t("No path joins them under these filters.")));
      return root;
    }
    root.append(h("p", { class: "quiet" }, t("Shortest path: {} steps", found.length)));
    let at = from;
    for (const pair of found) {
      const next = other(pair, at);
      const best = [...pair.relations].sort((a, b) => b.papers - a.papers)[0];
      root.append(h("section", {},
        h("p", { class: "statement" }, this.name(best?.head ?? at), h("em", {}, best ? kindLabel(this.model.kinds[best.kind]) : t("named together with")), this.name(best?.tail ?? next),
          h("a", { class: "pill", href: this.to({ pair }), "aria-label": `${papers(support(pair))}: ${pair.a.name} – ${pair.b.name}` }, papers(support(pair)))),
        best ? h("ul", { class: "quotes" }, ...best.evidence.slice(0, 1).map((each) => this.quote(each))) : null));
      at = next;
    }
    return root;
  }

  private terms(label: string, found: Entity[]): HTMLElement | null {
    if (!found.length) return null;
    return h("div", { class: "terms" }, h("h4", {}, t(label)),
      this.folded(found.map((each) => h("li", {}, this.name(each), h("span", { class: "count" }, number(each.papers)))), "rows"));
  }

  private related(entity: Entity): HTMLElement {
    const root = h("div", {});
    const groups = new Map<string, { relation: Relation; pair: Pair }[]>();
    for (const pair of entity.pairs)
      for (const relation of pair.relations) {
        const forward = relation.head === entity;
        const key = `${this.model.kinds[relation.kind]}|${forward ? 1 : 0}`;
        groups.set(key, [...(groups.get(key) ?? []), { relation, pair }]);
      }
    if (groups.size) root.append(h("h3", {}, t("Relations stated in papers")));
    for (const kind of this.model.kinds)
      for (const forward of [1, 0]) {
        const found = groups.get(`${kind}|${forward}`);
        if (!found) continue;
        found.sort((a, b) => b.relation.papers - a.relation.papers);
        root.append(h("h4", {}, forward ? `${kindLabel(kind)} →` : `← ${kindLabel(kind)}`),
          this.folded(found.map(({ relation, pair }) => this.row(forward ? relation.tail : relation.head, pair, relation.papers)), "rows"));
      }
    const together = entity.pairs
      .filter((pair) => pair.together && !pair.relations.length)
      .sort((a, b) => b.together - a.together);
    if (together.length)
      root.append(h("h3", {}, t("Often named together")),
        this.folded(together.map((pair) => this.row(other(pair, entity), pair, pair.together)), "rows"));
    return root;
  }

  private row(entity: Entity, pair: Pair, count: number): HTMLElement {
    return h("li", {}, this.name(entity),
      h("a", { class: "pill", href: this.to({ pair }), "aria-label": `${papers(count)}: ${pair.a.name} – ${pair.b.name}` }, papers(count)));
  }

  private folded(items: HTMLElement[], className: string, first = FIRST): HTMLElement {
    const list = h("ul", { class: className }, ...items.slice(0, first));
    if (items.length <= first) return list;
    const more = h("button", { class: "more", type: "button" }, t("Show {} more", items.length - first));
    more.addEventListener("click", () => {
      list.append(...items.slice(first));
      more.remove();
      items[first].querySelector("a")?.focus();
    });
    return h("div", {}, list, more);
  }

  private quote(found: Sentence): HTMLElement {
    return h("li", {},
      h("blockquote", { dir: "auto" }, text.sentence(found, this.link)),
      h("a", { class: "source", href: this.to({ paper: found.paper }) }, h("span", { class: "clip", dir: "auto" }, plain(found.paper.title)), found.paper.year ? h("span", {}, found.paper.year) : null));
  }

  private sentences(entity: Entity): HTMLElement | null {
    if (!entity.evidence.length) return null;
    return h("section", {}, h("h3", {}, t("In the papers’ words")), h("ul", { class: "quotes" }, ...entity.evidence.map((found) => this.quote(found))),
      this.beyond ? this.beyond.further.moreQuotes(this.beyond, entity, null, entity.evidence, (found) => this.quote(found)) : null);
  }

  private papersOf(entity: Entity): HTMLElement {
    const root = h("section", {}, h("h3", {}, t("Papers")));
    const counted = new Set(this.selection.numbers(entity));
    const inside = entity.links.filter((link) => counted.has(link.paper.number));
    ROLES.forEach((_, role) => {
      const found = inside.filter((link) => link.role === role);
      if (!found.length) return;
      root.append(h("h4", {}, t(["introduced", "used", "compared", "mentioned"][role])),
        this.folded(found.map(({ paper }) => this.paperRow(paper)), "papers", 4));
    });
    root.append(this.absent([...counted], inside.length) ?? "");
    return root;
  }

  private paperRow(paper: Paper): HTMLElement {
    return h("li", {}, h("a", { href: this.to({ paper }) }, h("span", { class: "title", dir: "auto" }, plain(paper.title) || paper.id),
      h("span", { class: "quiet" }, [paper.year ?? t("no year"), paper.venue].filter(Boolean).join(" · "))));
  }

  private pair(pair: Pair): HTMLElement {
    const root = h("article", { class: "pair" },
      h("h2", {}, this.name(pair.a), this.name(pair.b)),
      h("p", { class: "quiet" }, t("Named together in {}", papers(this.selection.both(pair.a, pair.b).length))));
    for (const relation of [...pair.relations].sort((a, b) => b.papers - a.papers))
      root.append(
        h("section", {},
          h("p", { class: "statement" }, this.name(relation.head), h("em", {}, kindLabel(this.model.kinds[relation.kind])), this.name(relation.tail), h("span", { class: "count" }, papers(relation.papers))),
          h("ul", { class: "quotes" }, ...relation.evidence.map((found) => this.quote(found)))));
    if (!pair.relations.length)
      root.append(h("p", {}, t("No paper states a relation between them; they are named in the same papers.")));
    if (this.beyond && pair.relations.length) root.append(this.furtherStatements(this.beyond, pair));
    root.append(this.papersOfBoth(pair.a, pair.b) ?? "");
    return root;
  }

  private furtherStatements(beyond: Beyond, pair: Pair): HTMLElement {
    const shown = pair.relations.flatMap(({ head, tail, kind, evidence }): Quote[] => evidence.map((each) => ({ ...each, head, tail, kind })));
    return beyond.further.moreQuotes(beyond, pair.a, pair.b, shown, (quote) => {
      const row = this.quote(quote);
      row.prepend(h("p", { class: "quiet" }, `${quote.head?.name} – ${kindLabel(this.model.kinds[quote.kind!])} – ${quote.tail?.name}`));
      return row;
    });
  }

  /** A cell of the matrix that no line joins: the papers that name both, or that none does. */
  private both(a: Entity, b: Entity): HTMLElement {
    const count = this.selection.both(a, b).length;
    return h("article", { class: "pair" }, h("h2", {}, this.name(a), this.name(b)),
      h("p", { class: "quiet" }, count ? t("Named together in {}", papers(count)) : t("No paper names both under these filters.")),
      this.papersOfBoth(a, b),
      h("p", { class: "onward" }, h("a", { class: "pill", href: this.to({ entity: a, to: b }) }, t("Path between them"))));
  }

  private papersOfBoth(a: Entity, b: Entity): HTMLElement | null {
    const numbers = this.selection.both(a, b);
    const inside = numbers.map((each) => this.model.byNumber.get(each)).filter((each) => each !== undefined)
      .sort((x, y) => (y.year ?? 0) - (x.year ?? 0) || x.index - y.index);
    if (!numbers.length) return null;
    return h("section", {}, h("h3", {}, t("Papers")), this.folded(inside.map((paper) => this.paperRow(paper)), "papers"),
      this.absent(numbers, inside.length));
  }

  /** Papers that count but whose text is not in this file: their ids lead on in the graph. */
  private absent(numbers: number[], inside: number): HTMLElement | null {
    if (inside >= numbers.length) return null;
    if (this.beyond) {
      const newest = numbers.filter((each) => !this.model.byNumber.has(each)).sort((a, b) => this.model.all.years[b] - this.model.all.years[a] || a - b);
      return this.beyond.further.morePapers(this.beyond, newest, (paper) => this.paperRow(paper));
    }
    const ids = numbers.filter((each) => !this.model.byNumber.has(each)).slice(0, MOST_IDS).map((each) => this.model.all.ids[each]);
    return h("details", { class: "ids" }, h("summary", {}, t("{} of {} papers are in this file.", inside, numbers.length)),
      h("p", { dir: "auto" }, `${ids.join(", ")}${numbers.length - inside > ids.length ? " …" : ""}`));
  }

  private paper(paper: Paper): HTMLElement {
    const root = h("article", { class: "paper" },
      h("p", { class: "quiet" }, [paper.year ?? t("no year"), paper.venue].filter(Boolean).join(" · ")),
      h("h2", { dir: "auto" }, text.title(paper, this.link)),
      paper.authors ? h("p", { class: "authors", dir: "auto" }, paper.authors) : null,
      paper.url ? h("p", {}, outward(paper.url, t("Open the paper"))) : null,
      h("h3", {}, t("Abstract")),
      paper.pieces.length ? h("p", { class: "abstract", dir: "auto" }, text.abstract(paper, this.link))
        : paper.whole ? h("p", { class: "empty" }, t("No abstract.")) : null,
      paper.whole ? null : h("p", { class: "hint" }, t("Only the sentences cited on this map are in this file.")),
      h("h3", {}, t("Named in this paper")));
    ROLES.forEach((role, index) => {
      const found = paper.links.filter((link) => link.role === index).map((link) => link.entity).sort((a, b) => a.type - b.type || b.papers - a.papers);
      if (found.length) root.append(h("h4", {}, t(role)), h("ul", { class: "chips" }, ...found.map((entity) => h("li", {}, this.name(entity)))));
    });
    return root;
  }
}

const many = ({ length }: Entity[]): string => (length === 1 ? t("1 entity") : t("{} entities", length));
