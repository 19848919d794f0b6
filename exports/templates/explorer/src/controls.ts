// The filters: types (the legend), least number of papers, years, lines.

import { ROLES, type Model } from "./data";
import { h, svg } from "./dom";
import type { Selection } from "./selection";
import type { State } from "./state";
import { number, papers, plural, t } from "./words";

const ORDER = [3, 2, 0, 1];
const MOST_VENUES = 200;

export class Controls {
  readonly element: HTMLElement;
  private readonly types = new Map<number, { box: HTMLInputElement; count: HTMLElement }>();
  private readonly least: HTMLInputElement;
  private readonly leastText: HTMLOutputElement;
  private readonly steps: number[];
  private readonly from: HTMLInputElement | null = null;
  private readonly to: HTMLInputElement | null = null;
  private readonly yearsText: HTMLOutputElement;
  private readonly bars: SVGElement[] = [];
  private readonly lines = new Map<string, HTMLInputElement>();
  private readonly roles: HTMLInputElement[];
  private readonly sure: HTMLInputElement;
  private readonly sureText = h("output", {});
  private readonly venues = new Map<number, HTMLInputElement>();
  private readonly venuesText = h("output", {});
  private readonly status: HTMLElement;

  constructor(private readonly model: Model, private readonly change: (part: Partial<State>) => void) {
    const rows = ORDER.map((type) => {
      const box = h("input", { type: "checkbox", checked: true });
      const count = h("span", { class: "count" });
      this.types.set(type, { box, count });
      box.addEventListener("change", () => this.change({ hidden: new Set(ORDER.filter((each) => !this.types.get(each)!.box.checked)) }));
      return h("label", { class: "type" }, box, h("i", { class: `dot t${type}` }), h("span", { class: "label" }, plural(model.types[type])), count);
    });
    // Steps of the slider are the counts that occur, so that every step hides something.
    this.steps = [...new Set(model.entities.map((entity) => entity.papers))].sort((a, b) => a - b);
    if (this.steps[0] !== 1) this.steps.unshift(1);
    this.least = h("input", { type: "range", min: 0, max: Math.max(0, this.steps.length - 1), value: 0, "aria-label": t("Named in at least") });
    this.leastText = h("output", {});
    this.least.addEventListener("input", () => this.change({ least: this.steps[Number(this.least.value)] }));
    this.yearsText = h("output", {});
    this.status = h("p", { class: "status", role: "status" });
    const parts: HTMLElement[] = [
      h("fieldset", { class: "types" }, h("legend", {}, t("Types")), ...rows),
      h("div", { class: "control" }, h("div", { class: "head" }, h("span", {}, t("Named in at least")), this.leastText), this.least),
    ];
    if (model.years.length > 1) {
      const [first, last] = [model.years[0][0], model.years[model.years.length - 1][0]];
      const range = (label: string, value: number) => h("input", { type: "range", min: first, max: last, value, "aria-label": t(label) });
      this.from = range("From year", first);
      this.to = range("To year", last);
      const chosen = (moved: "from" | "to") => () => {
        let [from, to] = [Number(this.from!.value), Number(this.to!.value)];
        if (from > to) [from, to] = moved === "from" ? [to, to] : [from, from];
        this.change({ years: from === first && to === last ? undefined : [from, to] });
      };
      this.from.addEventListener("input", chosen("from"));
      this.to.addEventListener("input", chosen("to"));
      const most = Math.max(...model.years.map(([, count]) => count));
      const counts = new Map(model.years);
      const chart = svg("svg", { viewBox: `0 0 ${(last - first + 1) * 10} 36`, preserveAspectRatio: "none", "aria-hidden": "true" });
      for (let year = first; year <= last; year++) {
        const height = (36 * (counts.get(year) ?? 0)) / most;
        const bar = svg("rect", { x: (year - first) * 10 + 1, y: 36 - height, width: 8, height }, svg("title", {}, `${year}: ${papers(counts.get(year) ?? 0)}`));
        this.bars.push(bar);
        chart.append(bar);
      }
      parts.push(h("div", { class: "control span" }, h("div", { class: "head" }, h("span", {}, t("Years")), this.yearsText), chart as unknown as HTMLElement, h("div", { class: "two" }, this.from, this.to)));
    }
    const choices: [State["lines"], string][] = [["all", "All"], ["stated", "Stated"], ["together", "Together"], ["none", "None"]];
    parts.push(h("fieldset", { class: "segments" }, h("legend", {}, t("Lines")), h("div", {},
      ...choices.map(([value, label]) => {
        const radio = h("input", { type: "radio", name: "lines", value });
        radio.addEventListener("change", () => this.change({ lines: value }));
        this.lines.set(value, radio);
        return h("label", {}, radio, h("span", {}, t(label)));
      }))));
    this.roles = ROLES.map((role) => h("input", { type: "checkbox", value: role }));
    for (const box of this.roles)
      box.addEventListener("change", () => {
        const on = this.roles.flatMap((each, role) => (each.checked ? [role] : []));
        this.change({ roles: new Set(on.length === ROLES.length ? [] : on) });
      });
    parts.push(h("fieldset", { class: "segments" }, h("legend", {}, t("Role in the paper")), h("div", { class: "pairs" },
      ...this.roles.map((box, role) => h("label", {}, box, h("span", {}, t(["introduced", "used", "compared", "mentioned"][role])))))));
    this.sure = h("input", { type: "range", min: 0, max: 100, step: 5, value: 0, "aria-label": t("Confidence at least") });
    this.sure.addEventListener("input", () => this.change({ sure: Number(this.sure.value) }));
    parts.push(h("div", { class: "control" }, h("div", { class: "head" }, h("span", {}, t("Confidence at least")), this.sureText), this.sure));
    if (model.venues.length > 1) parts.push(this.venueList());
    this.element = h("div", { class: "controls" }, this.status, ...parts);
  }

  /** The venues of most papers as boxes; more than a reader can scan are left to the selections of `kg export`. */
  private venueList(): HTMLElement {
    const counts = this.model.venues.map(() => 0);
    for (const venue of this.model.all.venues) counts[venue] += 1;
    const order = counts.map((_, venue) => venue).sort((a, b) => counts[b] - counts[a] || a - b).slice(0, MOST_VENUES);
    const list = h("ul", {}, ...order.map((venue) => {
      const box = h("input", { type: "checkbox" });
      this.venues.set(venue, box);
      box.addEventListener("change", () => this.change({ venues: new Set([...this.venues].flatMap(([each, { checked }]) => (checked ? [each] : []))) }));
      return h("li", {}, h("label", {}, box, h("span", { class: "label", dir: "auto" }, this.model.venues[venue] || t("no venue")), h("span", { class: "count" }, number(counts[venue]))));
    }));
    return h("details", { class: "venues" }, h("summary", {}, h("span", {}, t("Venues")), this.venuesText), list);
  }

  render(state: State, selection: Selection): void {
    const counts = this.model.types.map(() => 0);
    for (const entity of this.model.entities) if (selection.papers(entity) >= Math.max(1, state.least)) counts[entity.type] += 1;
    for (const [type, { box, count }] of this.types) {
      box.checked = !state.hidden.has(type);
      count.textContent = number(counts[type]);
    }
    const step = this.steps.findIndex((value) => value >= state.least);
    this.least.value = String(step < 0 ? this.steps.length - 1 : step);
    this.leastText.textContent = papers(state.least);
    this.least.setAttribute("aria-valuetext", papers(state.least));
    if (this.from && this.to) {
      const years = this.model.years;
      const [first, last] = [years[0][0], years[years.length - 1][0]];
      const [from, to] = state.years ?? [first, last];
      this.from.value = String(from);
      this.to.value = String(to);
      this.yearsText.textContent = from === to ? String(from) : `${from} – ${to}`;
      this.bars.forEach((bar, index) => bar.classList.toggle("out", first + index < from || first + index > to));
    }
    this.lines.get(state.lines)!.checked = true;
    this.roles.forEach((box, role) => (box.checked = !state.roles.size || state.roles.has(role)));
    this.sure.value = String(state.sure);
    this.sureText.textContent = state.sure ? `${state.sure} %` : t("any");
    this.sure.setAttribute("aria-valuetext", this.sureText.textContent);
    for (const [venue, box] of this.venues) box.checked = state.venues.has(venue);
    this.venuesText.textContent = state.venues.size ? t("{} of {}", state.venues.size, this.model.venues.length) : t("all");
    const shown = selection.shown.length;
    this.status.textContent = shown === this.model.entities.length ? "" : t("{} of {} visible", shown, this.model.entities.length);
  }
}
