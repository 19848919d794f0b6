// What the reader looks at and through which filters; it lives in the address, so a view can be shared.

import { ROLES, type Entity, type Model, type Pair, type Paper } from "./data";

export type View = "map" | "table" | "matrix" | "timeline" | "sparql" | "cypher";
/** The views of the page on disk; that of a server adds its own. */
export const VIEWS: View[] = ["map", "table", "matrix", "timeline"];
const LINES = ["all", "stated", "together", "none"] as const;

export interface State {
  view: View;
  entity?: Entity;
  /** With `entity`: the other end of a path. */
  to?: Entity;
  /** With `entity`: also what its neighbours reach. */
  wide: boolean;
  pair?: Pair;
  /** A cell of the matrix: two entities, whether or not a line joins them. */
  cell?: [Entity, Entity];
  paper?: Paper;
  /** The entities of an answer. */
  among?: Entity[];
  hidden: Set<number>;
  least: number;
  years?: [number, number];
  /** Numbers of the only venues and roles that count; empty for all. */
  venues: Set<number>;
  roles: Set<number>;
  /** Least confidence of a link, in percent. */
  sure: number;
  lines: (typeof LINES)[number];
  /** Type of entities across the matrix. */
  across: number;
  /** Column that the table is sorted by, `-` before it for falling. */
  sort: string;
}

/** What is looked at, without the filters. */
export type Target = Pick<Partial<State>, "entity" | "to" | "wide" | "pair" | "cell" | "paper" | "among">;

const one = <T extends string>(word: string | null, of: readonly T[]): T => of.find((each) => each === word) ?? of[0];

export function parse(hash: string, model: Model): State {
  const words = new URLSearchParams(hash.replace(/^#/, ""));
  const list = (name: string) => words.get(name)?.split(",") ?? [];
  const entity = (name: string) => model.byIri.get(words.get(name) ?? "");
  const known = (all: readonly string[], names: string[]) => new Set(names.map((name) => all.indexOf(name)).filter((at) => at >= 0));
  const least = Math.floor(Number(words.get("min")));
  const years = /^(\d{1,4})-(\d{1,4})$/.exec(words.get("years") ?? "");
  const [a, b] = [entity("a"), entity("b")];
  const pair = a && b && a.pairs.find((each) => (each.a === a && each.b === b) || (each.a === b && each.b === a));
  const among = words.getAll("among").map((iri) => model.byIri.get(iri)).filter((each) => each !== undefined);
  const across = model.types.indexOf(words.get("across") ?? "");
  return {
    view: one(words.get("view"), VIEWS),
    entity: entity("entity"),
    to: entity("to"),
    wide: words.get("steps") === "2",
    pair,
    cell: a && b && !pair ? [a, b] : undefined,
    paper: model.byId.get(words.get("paper") ?? "\0"),
    among: among.length ? among : undefined,
    hidden: known(model.types, list("hide")),
    least: least >= 1 ? least : model.least,
    years: years ? [Number(years[1]), Number(years[2])] : undefined,
    venues: known(model.venues, words.getAll("venue")),
    roles: known(ROLES, list("role")),
    sure: Math.min(100, Math.max(0, Math.floor(Number(words.get("sure")) || 0))),
    lines: one(words.get("lines"), LINES),
    across: across >= 0 ? across : model.types.indexOf("Task"),
    sort: words.get("sort") ?? "-papers",
  };
}

export function format(state: State, model: Model): string {
  const words = new URLSearchParams();
  const names = (name: string, all: readonly string[], chosen: Set<number>) => {
    if (chosen.size) words.set(name, [...chosen].sort((a, b) => a - b).map((at) => all[at]).join(","));
  };
  const ends = state.pair ? [state.pair.a, state.pair.b] : state.cell;
  if (state.view !== "map") words.set("view", state.view);
  if (state.paper) words.set("paper", state.paper.id);
  else if (ends) {
    words.set("a", ends[0].iri);
    words.set("b", ends[1].iri);
  } else if (state.entity) {
    words.set("entity", state.entity.iri);
    if (state.to) words.set("to", state.to.iri);
    else if (state.wide) words.set("steps", "2");
  }
  else for (const each of state.among ?? []) words.append("among", each.iri);
  names("hide", model.types, state.hidden);
  if (state.least !== model.least) words.set("min", String(state.least));
  if (state.years) words.set("years", state.years.join("-"));
  for (const venue of [...state.venues].sort((a, b) => a - b)) words.append("venue", model.venues[venue]);
  names("role", ROLES, state.roles);
  if (state.sure) words.set("sure", String(state.sure));
  if (state.lines !== "all") words.set("lines", state.lines);
  if (model.types[state.across] !== "Task") words.set("across", model.types[state.across]);
  if (state.sort !== "-papers") words.set("sort", state.sort);
  return words.toString();
}

/** The same view and filters with another target, or none. */
export const aimed = (state: State, target: Target): State => ({
  ...state, entity: undefined, to: undefined, wide: false, pair: undefined, cell: undefined, paper: undefined, among: undefined, ...target,
});

export const chosen = (state: State): boolean => Boolean(state.entity || state.pair || state.cell || state.paper || state.among);
