// Reads the compressed graph that stands in the page.

export const ROLES = ["introduces", "uses", "compares", "mentions"] as const;

export interface Sentence {
  paper: Paper;
  field: Field;
  start: number;
  end: number;
}
export type Field = "abstract" | "title";

export interface Entity {
  index: number;
  iri: string;
  type: number;
  name: string;
  papers: number;
  x: number;
  y: number;
  community: number;
  /** Papers by role and by year, whatever the filters. */
  roles: number[];
  years: [number, number][];
  aliases: [string, string][];
  broader: Entity[];
  narrower: Entity[];
  evidence: Sentence[];
  /** The sentence that says best what it is. */
  definition?: Sentence;
  /** Every paper of the graph that names it, by number, and beside it the role and confidence of the link. */
  numbers: Int32Array;
  kinds: Uint8Array;
  /** The links whose papers are in this file. */
  links: { paper: Paper; role: number }[];
  pairs: Pair[];
}

/** Steps of confidence in `kinds`: role * STEPS + step, five percent each. */
export const STEPS = 21;

export interface Relation {
  head: Entity;
  tail: Entity;
  kind: number;
  papers: number;
  evidence: Sentence[];
}

/** Two entities with all that joins them; `together` is 0 where it was not counted. */
export interface Pair {
  index: number;
  a: Entity;
  b: Entity;
  together: number;
  relations: Relation[];
}

export interface Paper {
  index: number;
  /** Its row among all papers of the graph. */
  number: number;
  id: string;
  title: string;
  authors: string;
  venue: string;
  year: number | null;
  url: string;
  whole: boolean;
  pieces: { start: number; text: string }[];
  links: { entity: Entity; role: number }[];
  marks: { field: Field; start: number; end: number; entity: Entity }[];
}

export interface Model {
  corpus: string;
  types: string[];
  kinds: string[];
  entityCounts: number[];
  paperCount: number;
  years: [number, number][];
  entities: Entity[];
  pairs: Pair[];
  papers: Paper[];
  /** All papers of the graph, those outside this file too; year 0 is unknown. */
  all: { ids: string[]; years: Uint16Array; venues: Uint32Array };
  venues: string[];
  byNumber: Map<number, Paper>;
  byIri: Map<string, Entity>;
  byId: Map<string, Paper>;
  /** Least number of papers at the start: so many entities as a reader takes in. */
  least: number;
}

/** The graph as the page holds it, see `exports/html.py`. */
export interface Raw {
  corpus: string;
  types: string[];
  relations: string[];
  entityCounts: number[];
  years: number[];
  venues: string[];
  all: { id: string[]; year: number[]; venue: number[] };
  nodes: {
    iri: string[]; type: number[]; name: string[]; papers: number[]; x: number[]; y: number[];
    community: number[]; steps: number[][]; kinds: number[][]; aliases: string[][];
    broader: number[][]; evidence: number[][]; definition: number[][];
  };
  edges: { head: number[]; tail: number[]; kind: number[]; papers: number[]; evidence: number[][] };
  papers: {
    number: number[]; title: string[]; authors: string[]; url: string[];
    whole: number[]; pieces: (number | string)[][]; marks: number[][];
  };
}

const AT_START = 600;
const FIELDS: Field[] = ["abstract", "title"];

export async function read(element: HTMLElement): Promise<Model> {
  const text = atob(element.textContent ?? "");
  element.remove();
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < bytes.length; at++) bytes[at] = text.charCodeAt(at);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return assemble((await new Response(stream).json()) as Raw);
}

function groups(flat: number[], size: number): number[][] {
  const found: number[][] = [];
  for (let i = 0; i < flat.length; i += size) found.push(flat.slice(i, i + size));
  return found;
}

function summed(steps: number[]): number[] {
  let sum = 0;
  return steps.map((step) => (sum += step));
}

export function counted(kinds: number[], numbers: number[], yearOf: ArrayLike<number>): Pick<Entity, "numbers" | "kinds" | "roles" | "years"> {
  const roles = [0, 0, 0, 0];
  const years = new Map<number, number>();
  numbers.forEach((number, row) => {
    roles[Math.floor(kinds[row] / STEPS)] += 1;
    const year = yearOf[number];
    if (year) years.set(year, (years.get(year) ?? 0) + 1);
  });
  return { numbers: Int32Array.from(numbers), kinds: Uint8Array.from(kinds), roles, years: [...years].sort((a, b) => a[0] - b[0]) };
}

export function assemble(raw: Raw): Model {
  const papers: Paper[] = summed(raw.papers.number).map((number, index) => ({
    index,
    number,
    id: raw.all.id[number],
    title: raw.papers.title[index],
    authors: raw.papers.authors[index],
    venue: raw.venues[raw.all.venue[number]],
    year: raw.all.year[number] || null,
    url: raw.papers.url[index],
    whole: raw.papers.whole[index] === 1,
    pieces: Array.from({ length: raw.papers.pieces[index].length / 2 }, (_, i) => ({
      start: raw.papers.pieces[index][2 * i] as number,
      text: raw.papers.pieces[index][2 * i + 1] as string,
    })),
    links: [],
    marks: [],
  }));
  const sentences = (flat: number[]): Sentence[] =>
    groups(flat, 4).map(([paper, field, start, end]) => ({ paper: papers[paper], field: FIELDS[field], start, end }));
  const byNumber = new Map(papers.map((paper) => [paper.number, paper]));
  const n = raw.nodes;
  const entities: Entity[] = n.iri.map((iri, index) => ({
    index,
    iri,
    type: n.type[index],
    name: n.name[index],
    papers: n.papers[index],
    x: n.x[index],
    y: n.y[index],
    community: n.community[index],
    ...counted(n.kinds[index], summed(n.steps[index]), raw.all.year),
    aliases: Array.from({ length: n.aliases[index].length / 2 }, (_, i) => [
      n.aliases[index][2 * i],
      n.aliases[index][2 * i + 1],
    ]),
    broader: [],
    narrower: [],
    evidence: sentences(n.evidence[index]),
    definition: sentences(n.definition[index])[0],
    links: [],
    pairs: [],
  }));
  n.broader.forEach((above, index) => {
    for (const each of above) {
      entities[index].broader.push(entities[each]);
      entities[each].narrower.push(entities[index]);
    }
  });
  for (const entity of entities)
    for (const terms of [entity.broader, entity.narrower]) terms.sort((a, b) => b.papers - a.papers || a.index - b.index);
  papers.forEach((paper, index) => {
    for (const [field, start, end, node] of groups(raw.papers.marks[index], 4))
      paper.marks.push({ field: FIELDS[field], start, end, entity: entities[node] });
  });
  for (const entity of entities)
    entity.numbers.forEach((number, row) => {
      const paper = byNumber.get(number);
      if (!paper) return;
      const role = Math.floor(entity.kinds[row] / STEPS);
      paper.links.push({ entity, role });
      entity.links.push({ paper, role });
    });
  const newest = (a: { paper: Paper }, b: { paper: Paper }) =>
    (b.paper.year ?? 0) - (a.paper.year ?? 0) || a.paper.index - b.paper.index;
  for (const entity of entities) entity.links.sort(newest);
  const pairs = new Map<string, Pair>();
  raw.edges.head.forEach((head, i) => {
    const [a, b] = [Math.min(head, raw.edges.tail[i]), Math.max(head, raw.edges.tail[i])];
    const key = `${a} ${b}`;
    let pair = pairs.get(key);
    if (!pair) {
      pair = { index: pairs.size, a: entities[a], b: entities[b], together: 0, relations: [] };
      pairs.set(key, pair);
      entities[a].pairs.push(pair);
      if (a !== b) entities[b].pairs.push(pair);
    }
    if (raw.edges.kind[i] < 0) pair.together = raw.edges.papers[i];
    else
      pair.relations.push({
        head: entities[head],
        tail: entities[raw.edges.tail[i]],
        kind: raw.edges.kind[i],
        papers: raw.edges.papers[i],
        evidence: sentences(raw.edges.evidence[i]),
      });
  });
  return {
    corpus: raw.corpus,
    types: raw.types,
    kinds: raw.relations,
    entityCounts: raw.entityCounts,
    paperCount: raw.all.id.length,
    years: groups(raw.years, 2) as [number, number][],
    entities,
    pairs: [...pairs.values()],
    papers,
    all: { ids: raw.all.id, years: Uint16Array.from(raw.all.year), venues: Uint32Array.from(raw.all.venue) },
    venues: raw.venues,
    byNumber,
    byIri: new Map(entities.map((entity) => [entity.iri, entity])),
    byId: new Map(papers.map((paper) => [paper.id, paper])),
    least: startingLeast(n.papers),
  };
}

function startingLeast(counts: number[]): number {
  const falling = [...counts].sort((a, b) => b - a);
  return falling.length > AT_START ? falling[AT_START] + 1 : 1;
}

export const other = (pair: Pair, entity: Entity): Entity => (pair.a === entity ? pair.b : pair.a);

export const support = (pair: Pair): number =>
  Math.max(pair.together, ...pair.relations.map((relation) => relation.papers));
