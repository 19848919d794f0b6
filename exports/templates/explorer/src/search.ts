// Search with suggestions: names and aliases in every language, then titles of papers.

import type { Beyond, Found } from "./beyond";
import type { Entity, Model, Paper } from "./data";
import { h } from "./dom";
import { plain } from "./readable";
import { papers, t } from "./words";

interface Hit extends Found {
  href: string;
}

export const fold = (text: string): string => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replace(/[\s_‐-―-]+/g, " ").trim();

export class Search {
  readonly element: HTMLElement;
  private readonly input: HTMLInputElement;
  private readonly list: HTMLElement;
  private readonly names: { folded: string; entity: Entity; alias?: string }[] = [];
  private titles: { folded: string; paper: Paper }[] = [];
  private hits: Hit[] = [];
  private active = -1;
  /** Enter was pressed before the server answered. */
  private eager = false;

  /** One of the page finds entities and papers; one `within` another place finds entities alone. */
  constructor(private readonly model: Model, private readonly to: (view: { entity?: Entity; paper?: Paper }) => string, private readonly within?: { label: string; id: string }, private readonly beyond?: Beyond) {
    const label = within?.label ?? t("Find entity or paper");
    const id = within?.id ?? "hits";
    this.input = h("input", {
      type: "text", role: "combobox", autocomplete: "off", spellcheck: "false", "aria-autocomplete": "list", "aria-expanded": "false",
      "aria-controls": id, "aria-label": label, placeholder: label,
    });
    this.list = h("ul", { id, class: "hits", role: "listbox", "aria-label": label, hidden: true });
    this.element = h("div", { class: "search" }, this.input, within ? null : h("kbd", { "aria-hidden": "true" }, "/"), this.list);
    this.input.addEventListener("input", () => this.suggest());
    this.input.addEventListener("focus", () => {
      this.prepare();
      this.suggest();
    });
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.element.addEventListener("focusout", (event) => {
      if (!this.element.contains(event.relatedTarget as Node | null)) this.close();
    });
    if (!within) document.addEventListener("keydown", (event) => {
      const typing = event.target instanceof HTMLInputElement && event.target.type === "text";
      if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
        event.preventDefault();
        this.input.focus();
        this.input.select();
      }
    });
  }

  get open(): boolean {
    return !this.list.hidden;
  }

  /** Fold all names once, when the reader first searches: the first picture need not wait for it. */
  private prepare(): void {
    if (this.names.length) return;
    for (const entity of this.model.entities) {
      this.names.push({ folded: fold(entity.name), entity });
      for (const [alias] of entity.aliases) this.names.push({ folded: fold(alias), entity, alias });
    }
    if (!this.within) this.titles = this.model.papers.map((paper) => ({ folded: fold(plain(paper.title)), paper }));
  }

  private find(query: string): Hit[] {
    const words = fold(query);
    if (!words) return [];
    this.prepare();
    const best = new Map<Entity, { rank: number; alias?: string }>();
    for (const { folded, entity, alias } of this.names) {
      const at = folded.indexOf(words);
      if (at < 0) continue;
      const rank = (folded === words ? 0 : at === 0 ? 1 : folded[at - 1] === " " ? 2 : 3) + (alias ? 0.5 : 0);
      const known = best.get(entity);
      if (!known || rank < known.rank) best.set(entity, { rank, alias });
    }
    const entities = [...best]
      .sort(([a, x], [b, y]) => x.rank - y.rank || b.papers - a.papers || a.index - b.index)
      .slice(0, 8)
      .map(([entity, { alias }]): Hit => ({ href: this.to({ entity }), entity, alias: fold(entity.name).includes(words) ? undefined : alias }));
    const found = words.length < 3 ? [] : this.titles.filter(({ folded }) => folded.includes(words)).slice(0, 4);
    return [...entities, ...found.map(({ paper }): Hit => ({ href: this.to({ paper }), paper }))];
  }

  private suggest(): void {
    const query = this.input.value.trim();
    this.eager = false;
    this.list.classList.toggle("waiting", Boolean(this.beyond && query));
    this.offer(query, this.find(query));
    if (query) void this.ask(query);
  }

  /** What the server finds takes the place of what the page found. */
  private async ask(query: string): Promise<void> {
    const found = await this.beyond?.find(query).catch(() => []);
    if (!found || query !== this.input.value.trim() || document.activeElement !== this.input) return;
    this.list.classList.remove("waiting");
    const hits = found.filter(({ paper }) => !paper || !this.within).map((each) => ({ ...each, href: this.to(each) }));
    this.offer(query, hits.length ? hits : this.hits);
    if (this.eager && this.active >= 0) this.choose(this.active);
  }

  private offer(query: string, hits: Hit[]): void {
    this.hits = hits;
    this.active = hits.length ? 0 : -1;
    this.list.replaceChildren(
      ...this.hits.map((hit, index) => {
        const row = h("li", { role: "option", id: `${this.list.id}-${index}`, "aria-selected": "false" },
          hit.entity ? h("i", { class: `dot t${hit.entity.type}` }) : h("i", { class: "sheet" }),
          h("span", { class: "label", dir: "auto" }, hit.entity ? hit.entity.name : plain(hit.paper!.title), hit.alias ? h("small", { dir: "auto" }, hit.alias) : null),
          hit.entity ? h("span", { class: "count" }, papers(hit.entity.papers)) : h("span", { class: "count" }, hit.paper!.year));
        row.addEventListener("pointerdown", (event) => {
          event.preventDefault();
          this.choose(index);
        });
        return row;
      }),
    );
    if (query && !this.hits.length && !this.list.classList.contains("waiting")) this.list.append(h("li", { class: "empty" }, t("Nothing found for “{}”", query)));
    this.list.hidden = !query || !this.list.childElementCount;
    this.input.setAttribute("aria-expanded", String(!this.list.hidden));
    this.mark();
  }

  private mark(): void {
    this.list.querySelectorAll("[role=option]").forEach((row, index) => {
      row.setAttribute("aria-selected", String(index === this.active));
      if (index === this.active) this.reveal(row as HTMLElement);
    });
    if (this.active >= 0) this.input.setAttribute("aria-activedescendant", `${this.list.id}-${this.active}`);
    else this.input.removeAttribute("aria-activedescendant");
  }

  /** Scroll the list alone; scrollIntoView would move the page as well. */
  private reveal(row: HTMLElement): void {
    const { offsetTop, offsetHeight } = row;
    if (offsetTop < this.list.scrollTop) this.list.scrollTop = offsetTop;
    else if (offsetTop + offsetHeight > this.list.scrollTop + this.list.clientHeight) this.list.scrollTop = offsetTop + offsetHeight - this.list.clientHeight;
  }

  private key(event: KeyboardEvent): void {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      if (this.hits.length) this.active = (this.active + step + this.hits.length) % this.hits.length;
      this.mark();
    } else if (event.key === "Enter" && this.list.classList.contains("waiting")) this.eager = true;
    else if (event.key === "Enter" && this.active >= 0) this.choose(this.active);
    else if (event.key === "Escape" && this.open) {
      event.preventDefault();
      this.input.value = "";
      this.close();
    }
  }

  private choose(index: number): void {
    const { href } = this.hits[index];
    this.input.value = "";
    this.close();
    this.input.blur();
    location.hash = href;
  }

  private close(): void {
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
  }
}
