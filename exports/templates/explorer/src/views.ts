// The views beside the map, and the files that the present view can be saved as.

import type { Model } from "./data";
import { h } from "./dom";
import { matrix } from "./matrix";
import { drawn, painted, type Picture } from "./picture";
import type { Selection } from "./selection";
import { VIEWS, type State, type View } from "./state";
import { table } from "./table";
import { timeline } from "./timeline";
import { t } from "./words";

export type Go = (part: Partial<State>) => string;
export type Cell = string | number;

export interface Colours {
  types: string[];
  ink: string;
  ground: string;
}

/** A view as shown, as rows, and where it has one as a picture. */
export interface Listing {
  content: HTMLElement;
  rows: Cell[][];
  svg?: (colours: Colours) => string;
}

type Lister = (model: Model, state: State, selection: Selection, go: Go) => Listing;
const LISTINGS: Partial<Record<View, Lister>> = { table, matrix, timeline };
const NAMES: Partial<Record<View, string>> = { map: "Map", table: "Table", matrix: "Matrix", timeline: "Timeline" };

/** A cell that a spreadsheet might run is guarded by an apostrophe, as in the tables that `kg export` writes. */
const guarded = (text: string): string => text.replace(/(^|[;\t\r\n])(?=['=+\-@＝＋－＠\t\r\n])/g, "$1'");

export const csv = (rows: Cell[][]): string => "\ufeff" + rows.map((row) => row.map((cell) => {
  const text = typeof cell === "number" ? String(cell) : guarded(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}).join(",") + "\r\n").join("");

function save(name: string, file: Blob): void {
  const link = h("a", { href: URL.createObjectURL(file), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** Add a view, before the page is put together. */
export function addView(view: View, name: string, lister: Lister): void {
  VIEWS.push(view);
  NAMES[view] = name;
  LISTINGS[view] = lister;
}

export class Views {
  readonly bar: HTMLElement;
  readonly host = h("section", { id: "view", tabindex: "-1", hidden: true });
  private readonly links = new Map<View, HTMLAnchorElement>();
  private readonly pictures: HTMLButtonElement[];
  private readonly menu: HTMLDetailsElement;
  private listing: Listing | null = null;
  /** The map, once it is drawn and where the browser can draw it. */
  map: { picture(): Picture } | null = null;
  private state!: State;
  private selection!: Selection;

  constructor(private readonly model: Model, private readonly go: Go, private readonly colours: () => Colours) {
    for (const view of VIEWS) this.links.set(view, h("a", { href: "#" }, t(NAMES[view] ?? view)));
    const button = (label: string, act: () => void | Promise<void>) => {
      const made = h("button", { type: "button" }, label);
      made.addEventListener("click", () => {
        void act();
        this.menu.open = false;
        this.menu.querySelector("summary")!.focus();
      });
      return made;
    };
    this.pictures = [
      button(t("Picture (PNG)"), async () => save(this.file("png"), await painted(this.svg()))),
      button(t("Picture (SVG)"), () => save(this.file("svg"), new Blob([this.svg()], { type: "image/svg+xml" }))),
    ];
    this.menu = h("details", { class: "save" }, h("summary", {}, t("Save")), h("div", {}, ...this.pictures,
      button(t("Rows (CSV)"), () => save(this.file("csv"), new Blob([csv(this.rows())], { type: "text/csv" }))),
      button(t("Ids of the papers"), () => save(this.file("txt"), new Blob([this.papers().map((id) => `${id}\n`).join("")], { type: "text/plain" })))));
    this.menu.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !this.menu.open) return;
      event.preventDefault();
      this.menu.open = false;
      this.menu.querySelector("summary")!.focus();
    });
    document.addEventListener("pointerdown", (event) => {
      if (!this.menu.contains(event.target as Node)) this.menu.open = false;
    });
    this.bar = h("div", { class: "views" }, h("nav", { "aria-label": t("Views") }, ...this.links.values()), this.menu);
  }

  render(state: State, selection: Selection): void {
    const scrolled = this.state?.view === state.view ? [...this.host.querySelectorAll<HTMLElement>(".listing, .scroll")].map((each) => [each.scrollLeft, each.scrollTop]) : [];
    [this.state, this.selection] = [state, selection];
    for (const [view, link] of this.links) {
      link.href = this.go({ view });
      if (view === state.view) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    // The content is made anew; whoever moves by keyboard stays where they were.
    const held = document.activeElement instanceof HTMLElement && this.host.contains(document.activeElement) ? document.activeElement : null;
    const again = held && (held.dataset.key ? `[data-key="${CSS.escape(held.dataset.key)}"]` : held.getAttribute("href") && held.getAttribute("aria-label") ? `a[aria-label="${CSS.escape(held.getAttribute("aria-label")!)}"]` : "");
    this.listing = LISTINGS[state.view]?.(this.model, state, selection, this.go) ?? null;
    this.host.hidden = !this.listing;
    this.host.setAttribute("aria-label", t(NAMES[state.view] ?? "Map"));
    this.host.replaceChildren(...(this.listing ? [this.listing.content] : []));
    this.host.querySelectorAll<HTMLElement>(".listing, .scroll").forEach((each, at) => scrolled[at] && each.scrollTo(scrolled[at][0], scrolled[at][1]));
    if (again) this.host.querySelector<HTMLElement>(again)?.focus({ preventScroll: true });
    for (const each of this.pictures) each.hidden = state.view === "map" ? !this.map : !this.listing?.svg;
  }

  private file(ending: string): string {
    return `${this.state.view}.${ending}`;
  }

  private svg(): string {
    return this.listing?.svg?.(this.colours()) ?? drawn(this.map!.picture());
  }

  /** The view as rows; of the map, the lines between the entities shown. */
  private rows(): Cell[][] {
    if (this.listing) return this.listing.rows;
    const shown = new Set(this.selection.shown);
    const lines = this.model.pairs.filter((pair) => shown.has(pair.a) && shown.has(pair.b)).flatMap((pair): Cell[][] => [
      ...pair.relations.map(({ head, tail, kind, papers }) => [head.name, this.model.kinds[kind], tail.name, papers, head.iri, tail.iri]),
      ...(pair.together ? [[pair.a.name, "together", pair.b.name, pair.together, pair.a.iri, pair.b.iri]] : []),
    ]);
    return [["head", "relation", "tail", "papers", "head iri", "tail iri"], ...lines];
  }

  /** Ids of the papers behind what is chosen, else behind all that is visible, in the order of the graph. */
  private papers(): string[] {
    const { paper, pair, cell, entity } = this.state;
    const ends = pair ? [pair.a, pair.b] : cell;
    const numbers = paper ? [paper.number]
      : ends ? this.selection.both(ends[0], ends[1])
      : [...new Set((entity ? [entity] : this.selection.shown).flatMap((each) => this.selection.numbers(each)))].sort((a, b) => a - b);
    return numbers.map((number) => this.model.all.ids[number]);
  }
}
