// The tabs SPARQL and Cypher: a question of the cookbook or one's own, its answer as rows and on the map.

import type { Cell, Go, Listing } from "./views";
import { h } from "./dom";
import { Editor, type Language } from "./editor";
import { answered, type Remote } from "./remote";
import { t } from "./words";

interface Recipe {
  name: string;
  question: string;
  sparql: string;
  cypher: string;
  parameters: { name: string; kind: string; default: string; meaning: string }[];
}
type Value = string | number | boolean | null | Value[] | { [name: string]: Value };
interface Answer {
  graph: string;
  columns: string[];
  rows: Value[][];
  truncated: boolean;
  notes: string[];
  cells: Record<string, { entity?: string; paper?: string }>[];
  drawn: string[];
}

const FIRST = 200;
const NAMES: Record<Language, string> = { sparql: "SPARQL", cypher: "Cypher" };
const HINTS: Record<Language, string> = {
  sparql: "SELECT ?method { ?m a litkg:Method ; skos:prefLabel ?method } LIMIT 10",
  cypher: "MATCH (m:Method) RETURN m.name AS method LIMIT 10",
};
const PARAMETER = /\$([\p{L}_]\w*)/gu;

let cookbook: Promise<{ recipes: Recipe[]; limits: { seconds: number; rows: number } }> | null = null;
const told = () => (cookbook ??= fetch("api/recipes").then((answer) => answered<Awaited<NonNullable<typeof cookbook>>>(answer)));

export class QueryTab {
  private readonly editor: Editor;
  private readonly content: HTMLElement;
  private readonly choice: HTMLSelectElement;
  private readonly values = h("div", { class: "values" });
  private readonly message = h("p", { class: "message", role: "status" });
  private readonly run = h("button", { type: "button", class: "run" }, t("Run"));
  private readonly draw = h("button", { type: "button", class: "pill", hidden: true }, t("Show on the map"));
  private readonly result = h("div", { class: "result", role: "region", tabindex: "0" });
  private recipes = new Map<string, Recipe>();
  private answer: Answer | null = null;
  private order: { column: number; falling: boolean } | null = null;
  private running: AbortController | null = null;
  private go: Go = () => "#";

  constructor(private readonly language: Language, private readonly remote: Remote) {
    const name = NAMES[language];
    this.editor = new Editor(language, t("{} query", name), HINTS[language], () => void this.ask());
    this.choice = h("select", { "aria-label": t("Cookbook") }, h("option", { value: "" }, t("A question of the cookbook…")));
    this.choice.addEventListener("change", () => this.choose(this.recipes.get(this.choice.value)));
    this.run.addEventListener("click", () => (this.running ? this.running.abort() : void this.ask()));
    this.draw.addEventListener("click", () => (location.hash = this.go({ view: "map", among: (this.answer?.drawn ?? []).map((iri) => this.remote.entityOf(iri)) })));
    this.result.setAttribute("aria-label", t("Answer"));
    this.content = h("div", { class: "query" },
      h("div", { class: "ask" }, this.choice, this.values, h("div", { class: "editor" }, this.editor.element),
        h("div", { class: "act" }, this.run, h("kbd", { "aria-hidden": "true" }, /Mac|iP/.test(navigator.platform) ? "⌘ ↵" : "Ctrl ↵"), this.message, this.draw)),
      this.result);
  }

  /** The tab as a view. */
  show(go: Go): Listing {
    this.go = go;
    if (!this.recipes.size) void this.prepare();
    const rows = () => this.rows();
    return { content: this.content, get rows() { return rows(); } };
  }

  private async prepare(): Promise<void> {
    try {
      const { recipes } = await told();
      if (this.recipes.size) return;
      this.recipes = new Map(recipes.map((recipe) => [recipe.name, recipe]));
      this.choice.append(...recipes.map((recipe) => h("option", { value: recipe.name }, recipe.question)));
    } catch (error) {
      cookbook = null;
      this.say((error as Error).message, true);
    }
  }

  private choose(recipe: Recipe | undefined): void {
    this.editor.text = recipe?.[this.language] ?? "";
    this.fields(recipe?.parameters ?? []);
    this.say("");
  }

  private fields(parameters: { name: string; kind?: string; default: string; meaning?: string }[]): void {
    this.values.replaceChildren(...parameters.map(({ name, kind, default: value, meaning }) => {
      const field = h("input", { type: "text", name, value, autocomplete: "off", spellcheck: "false", title: [meaning, kind].filter(Boolean).join(" ") });
      field.addEventListener("keydown", (event) => {
        if (event.key === "Enter") void this.ask();
      });
      return h("label", {}, h("span", {}, `$${name}`), field, meaning ? h("small", {}, meaning) : null);
    }));
  }

  /** The values to ask with. A query of one's own gets a field for each `$name`; null where there are new ones to fill. */
  private given(): Record<string, string> | null {
    const fields = () => [...this.values.querySelectorAll("input")];
    if (this.choice.value) return Object.fromEntries(fields().map(({ name, value }) => [name, value]));
    const before = new Map(fields().map(({ name, value }) => [name, value]));
    const names = [...new Set([...this.editor.text.matchAll(PARAMETER)].map((match) => match[1]))];
    if (names.length !== before.size || names.some((name) => !before.has(name))) this.fields(names.map((name) => ({ name, default: before.get(name) ?? "" })));
    const fresh = fields().find(({ name }) => !before.has(name));
    if (!fresh) return Object.fromEntries(fields().filter(({ value }) => value).map(({ name, value }) => [name, value]));
    fresh.focus();
    this.say(t("Fill in the parameters; an empty one is not given."));
    return null;
  }

  private async ask(): Promise<void> {
    if (this.running || !this.editor.text.trim()) return;
    const parameters = this.given();
    if (!parameters) return;
    const stop = (this.running = new AbortController());
    const started = performance.now();
    this.run.textContent = t("Stop");
    this.say(t("Asking…"));
    this.editor.mark(null);
    try {
      const body = JSON.stringify({ language: this.language, query: this.editor.text, parameters, recipe: this.choice.value });
      const answer = await answered<Answer>(await fetch("api/ask", { method: "POST", headers: { "Content-Type": "application/json" }, body, signal: stop.signal }));
      this.answer = answer;
      this.order = null;
      const count = answer.rows.length;
      const rows = answer.truncated ? t("{} rows, more were left out", count) : count === 1 ? t("1 row") : t("{} rows", count);
      this.say([t("{} in {} s", rows, ((performance.now() - started) / 1000).toFixed(1)), ...answer.notes].join(" · "));
    } catch (error) {
      this.answer = null;
      const message = stop.signal.aborted ? t("Stopped.") : (error as Error).message;
      this.say(message, !stop.signal.aborted);
      this.editor.mark(message);
    }
    this.running = null;
    this.run.textContent = t("Run");
    this.draw.hidden = !this.answer?.drawn.length;
    this.render();
  }

  private say(text: string, wrong = false): void {
    this.message.textContent = text;
    this.message.classList.toggle("wrong", wrong);
  }

  private sorted(): Value[][] {
    const { answer, order } = this;
    if (!answer || !order) return answer?.rows ?? [];
    const { column, falling } = order;
    return answer.rows.map((row, at) => ({ row, at })).sort((a, b) => (falling ? -1 : 1) * compare(a.row[column], b.row[column]) || a.at - b.at).map(({ row }) => row);
  }

  private rows(): Cell[][] {
    if (!this.answer) return [];
    return [this.answer.columns, ...this.sorted().map((row) => row.map((value) => (typeof value === "number" ? value : written(value))))];
  }

  private render(): void {
    const { answer } = this;
    if (!answer) return this.result.replaceChildren();
    const figures = answer.columns.map((_, at) => answer.rows.some((row) => typeof row[at] === "number") && answer.rows.every((row) => row[at] === null || typeof row[at] === "number"));
    const head = answer.columns.map((name, column) => {
      const chosen = this.order?.column === column;
      const falling = chosen ? !this.order!.falling : figures[column];
      const button = h("button", { type: "button" }, name, h("span", { class: "arrow", "aria-hidden": "true" }, chosen ? (this.order!.falling ? " ↓" : " ↑") : ""));
      button.addEventListener("click", () => {
        this.order = { column, falling };
        this.render();
        this.result.querySelectorAll<HTMLElement>("th button")[column].focus();
      });
      return h("th", { scope: "col", class: figures[column] ? "figure" : null, "aria-sort": chosen ? (this.order!.falling ? "descending" : "ascending") : null }, button);
    });
    const rows = this.sorted();
    const line = (row: Value[]) => h("tr", {}, ...row.map((value, at) => h("td", { class: figures[at] ? "figure" : null, dir: "auto" }, this.cell(value, answer.cells[at]))));
    const body = h("tbody", {}, ...rows.slice(0, FIRST).map(line));
    this.result.replaceChildren(h("table", { class: "answer" }, h("caption", {}, t("Answer")), h("thead", {}, h("tr", {}, ...head)), body));
    if (rows.length <= FIRST) return;
    const more = h("button", { class: "more", type: "button" }, t("Show {} more", rows.length - FIRST));
    more.addEventListener("click", () => {
      body.append(...rows.slice(FIRST).map(line));
      more.remove();
    });
    this.result.append(more);
  }

  private cell(value: Value, known: Answer["cells"][number]): Node | string {
    const place = known[keyOf(value) ?? ""];
    const text = typeof value === "number" && !Number.isInteger(value) ? String(Number(value.toPrecision(6))) : written(value);
    if (!place) return text;
    const href = place.entity !== undefined ? this.go({ entity: this.remote.entityOf(place.entity) }) : this.go({ paper: this.remote.paperOf(place.paper!) });
    return h("a", { href }, text);
  }
}

/** The text that the server knows a cell by: its own, or the address of a node. */
function keyOf(value: Value): string | null {
  if (typeof value === "string") return value;
  if (value === null || typeof value !== "object" || Array.isArray(value)) return null;
  const iri = (value.properties as Record<string, Value> | undefined)?.iri;
  return typeof iri === "string" ? iri : null;
}

function written(value: Value): string {
  if (value === null) return "";
  if (typeof value !== "object") return String(value);
  const properties = Array.isArray(value) ? undefined : (value.properties as Record<string, Value> | undefined);
  const name = properties?.name ?? properties?.title;
  return typeof name === "string" ? name : JSON.stringify(value);
}

function compare(a: Value, b: Value): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
  if (typeof a === "number" && typeof b === "number") return a - b;
  return written(a).localeCompare(written(b));
}
