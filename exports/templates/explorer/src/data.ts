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
  roles: number[];
  years: [number, number][];
  aliases: [string, string][];
  broader: Entity[];
  narrower: Entity[];
  evidence: Sentence[];
  links: { paper: Paper; role: number }[];
  pairs: Pair[];
}

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
  byIri: Map<string, Entity>;
  byId: Map<string, Paper>;
  /** Least number of papers at the start: so many entities as a reader takes in. */
  least: number;
}

interface Raw {
  corpus: string;
  types: string[];
  relations: string[];
  entityCounts: number[];
  paperCount: number;
  years: number[];
  venues: string[];
  nodes: {
    iri: string[]; type: number[]; name: string[]; papers: number[]; x: number[]; y: number[];
    community: number[]; roles: number[][]; years: number[][]; aliases: string[][];
    broader: number[][]; evidence: number[][];
  };
  edges: { head: number[]; tail: number[]; kind: number[]; papers: number[]; evidence: number[][] };
  papers: {
    id: string[]; title: string[]; authors: string[]; venue: number[]; year: (number | null)[]; url: string[];
    whole: number[]; pieces: (number | string)[][]; links: number[][]; marks: number[][];
  };
}

const AT_START = 600;
const FIELDS: Field[] = ["abstract", "title"];

export async function read(element: HTMLElement): Promise<Model> {
  const bytes = Uint8Array.from(atob(element.textContent ?? ""), (c) => c.charCodeAt(0));
  element.remove();
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return assemble(JSON.parse(await new Response(stream).text()) as Raw);
}

function groups(flat: number[], size: number): number[][] {
  const found: number[][] = [];
  for (let i = 0; i < flat.length; i += size) found.push(flat.slice(i, i + size));
  return found;
}

function assemble(raw: Raw): Model {
  const papers: Paper[] = raw.papers.id.map((id, index) => ({
    index,
    id,
    title: raw.papers.title[index],
    authors: raw.papers.authors[index],
    venue: raw.venues[raw.papers.venue[index]],
    year: raw.papers.year[index],
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
    roles: n.roles[index],
    years: groups(n.years[index], 2) as [number, number][],
    aliases: Array.from({ length: n.aliases[index].length / 2 }, (_, i) => [
      n.aliases[index][2 * i],
      n.aliases[index][2 * i + 1],
    ]),
    broader: [],
    narrower: [],
    evidence: sentences(n.evidence[index]),
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
    for (const [node, role] of groups(raw.papers.links[index], 2)) {
      paper.links.push({ entity: entities[node], role });
      entities[node].links.push({ paper, role });
    }
    for (const [field, start, end, node] of groups(raw.papers.marks[index], 4))
      paper.marks.push({ field: FIELDS[field], start, end, entity: entities[node] });
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
    paperCount: raw.paperCount,
    years: groups(raw.years, 2) as [number, number][],
    entities,
    pairs: [...pairs.values()],
    papers,
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
