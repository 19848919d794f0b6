// The filters: types (the legend), least number of papers, years, lines.

import type { Model } from "./data";
import { h, svg } from "./dom";
import { papersWithin, type State } from "./state";
import { number, papers, plural, t } from "./words";

const ORDER = [3, 2, 0, 1];

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
    this.element = h("div", { class: "controls" }, ...parts, this.status);
  }

  render(state: State, shown: number): void {
    const counts = this.model.types.map(() => 0);
    for (const entity of this.model.entities) if (papersWithin(entity, state) >= state.least) counts[entity.type] += 1;
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
    this.status.textContent = shown === this.model.entities.length ? "" : t("{} of {} visible", shown, this.model.entities.length);
  }
}
