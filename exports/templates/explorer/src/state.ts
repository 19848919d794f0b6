// What the reader looks at and through which filters; it lives in the address, so a view can be shared.

import type { Entity, Model, Pair, Paper } from "./data";

export interface State {
  entity?: Entity;
  pair?: Pair;
  paper?: Paper;
  hidden: Set<number>;
  least: number;
  years?: [number, number];
  lines: "all" | "stated" | "together" | "none";
}

export function parse(hash: string, model: Model): State {
  const words = new URLSearchParams(hash.replace(/^#/, ""));
  const state: State = { hidden: new Set(), least: model.least, lines: "all" };
  for (const name of (words.get("hide") ?? "").split(",")) {
    const type = model.types.indexOf(name);
    if (type >= 0) state.hidden.add(type);
  }
  const least = Math.floor(Number(words.get("min")));
  if (least >= 1) state.least = least;
  const years = /^(\d{1,4})-(\d{1,4})$/.exec(words.get("years") ?? "");
  if (years) state.years = [Number(years[1]), Number(years[2])];
  const lines = words.get("lines");
  if (lines === "stated" || lines === "together" || lines === "none") state.lines = lines;
  state.entity = model.byIri.get(words.get("entity") ?? "");
  state.paper = model.byId.get(words.get("paper") ?? "\0");
  const a = model.byIri.get(words.get("a") ?? "");
  const b = model.byIri.get(words.get("b") ?? "");
  if (a && b) state.pair = a.pairs.find((pair) => pair.a === b || pair.b === b);
  return state;
}

export function format(state: State, model: Model): string {
  const words = new URLSearchParams();
  if (state.paper) words.set("paper", state.paper.id);
  else if (state.pair) {
    words.set("a", state.pair.a.iri);
    words.set("b", state.pair.b.iri);
  } else if (state.entity) words.set("entity", state.entity.iri);
  if (state.hidden.size) words.set("hide", [...state.hidden].sort().map((type) => model.types[type]).join(","));
  if (state.least !== model.least) words.set("min", String(state.least));
  if (state.years) words.set("years", state.years.join("-"));
  if (state.lines !== "all") words.set("lines", state.lines);
  return words.toString();
}

/** Papers of an entity within the years chosen; undated papers count only when no years are chosen. */
export function papersWithin(entity: Entity, state: State): number {
  if (!state.years) return entity.papers;
  const [from, to] = state.years;
  let sum = 0;
  for (const [year, papers] of entity.years) if (year >= from && year <= to) sum += papers;
  return sum;
}

export function visible(entity: Entity, state: State): boolean {
  return !state.hidden.has(entity.type) && papersWithin(entity, state) >= state.least;
}
