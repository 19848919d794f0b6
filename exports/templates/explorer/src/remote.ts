// Asks `kg serve` for what the page does not hold, and adds it to the model.

import { QUOTES, type Beyond, type Found, type Quote } from "./beyond";
import { counted, other, STEPS, support, type Entity, type Field, type Model, type Pair, type Paper } from "./data";
import * as further from "./further";
import { t } from "./words";

const PAUSE = 60;
const AROUND = 60;

interface Place {
  paper: string;
  field: Field;
  start: number;
  end: number;
}

/** A piece of the graph, as `docs/serve.md` describes it. */
export interface Fragment {
  graph: string;
  nodes: {
    iri: string; type: string; name: string; papers: number;
    links?: { papers: number[]; kinds: number[] };
    aliases?: [string, string][]; broader?: string[]; narrower?: string[]; evidence?: Place[];
  }[];
  edges: { head: string; tail: string; relation: string | null; papers: number }[];
  papers: {
    id: string; number: number; title: string; authors: string; venue: string; year: number | null; url: string;
    whole: boolean; pieces: [number, string][]; marks: [Field, number, number, string][];
  }[];
}
interface Evidence extends Fragment {
  sentences: (Place & { head?: string; tail?: string; relation?: string })[];
  more: boolean;
}
interface Hits {
  graph: string;
  entities: { iri: string; type: string; name: string; papers: number; alias: string | null }[];
  papers: { id: string; title: string; year: number | null }[];
}

export class Remote implements Beyond {
  readonly further = further;
  private readonly whole = new Set<string>();
  private readonly pairs = new Map<string, Pair>();
  private searches = 0;

  constructor(private readonly model: Model, private readonly graph: string) {
    for (const pair of model.pairs) this.pairs.set(key(pair.a, pair.b), pair);
  }

  lacks(hash: string): boolean {
    const { entities, paper, among } = named(hash);
    return [...entities, ...among].some((iri) => !this.model.byIri.has(iri)) || (paper !== null && !this.model.byId.has(paper));
  }

  async bring(hash: string): Promise<boolean> {
    const { entities, pair, paper, among } = named(hash);
    const jobs: Promise<boolean>[] = [];
    if (paper !== null) jobs.push(this.once(`paper ${paper}`, async () => this.merge(await this.get("paper", { id: paper }))));
    else if (among.length) jobs.push(this.once(`among ${among.join(" ")}`, async () => this.merge(await this.get("among", new URLSearchParams(among.map((iri) => ["iri", iri]))))));
    else if (pair) jobs.push(this.once(`pair ${pair.join(" ")}`, async () => void (await this.evidence(pair[0], pair[1], 0))));
    else
      for (const iri of entities)
        jobs.push(this.once(`entity ${iri}`, async () => this.merge(await this.get("entity", { iri, limit: AROUND }), iri)));
    return (await Promise.all(jobs)).some(Boolean);
  }

  async find(query: string): Promise<Found[] | null> {
    const mine = ++this.searches;
    await new Promise((go) => setTimeout(go, PAUSE));
    if (mine !== this.searches) return null;
    const hits = await this.get<Hits>("search", { q: query, limit: 8 });
    if (mine !== this.searches) return null;
    return [
      ...hits.entities.map(({ alias, ...node }): Found => ({ entity: this.model.byIri.get(node.iri) ?? this.entity(node), alias: alias ?? undefined })),
      ...hits.papers.slice(0, 4).map(({ id, title, year }): Found => ({
        paper: this.paperOf(id, title, year),
      })),
    ];
  }

  async papers(numbers: number[]): Promise<Paper[]> {
    const words = new URLSearchParams(numbers.map((number) => ["id", this.model.all.ids[number]]));
    this.merge(await this.get("papers", words));
    return numbers.map((number) => this.model.byNumber.get(number)).filter((paper) => paper !== undefined);
  }

  async quotes(entity: Entity, other: Entity | null, offset: number): Promise<{ quotes: Quote[]; more: boolean }> {
    return this.evidence(entity.iri, other?.iri ?? null, offset);
  }

  /** An entity by its address, of which the page may know no more. */
  entityOf(iri: string): Entity {
    return this.model.byIri.get(iri) ?? this.entity({ iri, type: "", name: iri, papers: 0 });
  }

  /** A paper by its id, of which the page may know no more. */
  paperOf(id: string, title = id, year: number | null = null): Paper {
    return this.model.byId.get(id) ?? { ...nothing, index: -1, number: -1, id, title, year, links: [], marks: [], pieces: [] };
  }

  private async evidence(iri: string, other: string | null, offset: number): Promise<{ quotes: Quote[]; more: boolean }> {
    const found = await this.get<Evidence>("evidence", { iri, ...(other === null ? {} : { with: other }), offset, limit: QUOTES });
    this.merge(found);
    const quotes = found.sentences.flatMap(({ paper, field, start, end, head, tail, relation }): Quote[] => {
      const of = this.model.byId.get(paper);
      if (!of) return [];
      const quote: Quote = { paper: of, field, start, end };
      if (!head || !tail || !relation) return [quote];
      return [{ ...quote, head: this.model.byIri.get(head), tail: this.model.byIri.get(tail), kind: this.model.kinds.indexOf(relation) }];
    });
    for (const quote of quotes) {
      if (!quote.head || !quote.tail) continue;
      const relation = this.pair(quote.head, quote.tail).relations.find((each) => each.head === quote.head && each.tail === quote.tail && each.kind === quote.kind);
      const { paper, field, start, end } = quote;
      if (relation && !relation.evidence.some((each) => each.paper === paper && each.field === field && each.start === start)) relation.evidence.push({ paper, field, start, end });
    }
    return { quotes, more: found.more };
  }

  /** Do a thing once, however often it is asked for, and tell whether it was now; what failed may be tried again. */
  private async once(name: string, act: () => Promise<void>): Promise<boolean> {
    if (this.whole.has(name)) return false;
    this.whole.add(name);
    try {
      await act();
    } catch (error) {
      this.whole.delete(name);
      throw error;
    }
    return true;
  }

  private async get<T extends { graph: string } = Fragment>(path: string, words: Record<string, string | number> | URLSearchParams): Promise<T> {
    const query = words instanceof URLSearchParams ? words : new URLSearchParams(Object.entries(words).map(([name, value]) => [name, String(value)]));
    const found = await answered<T>(await fetch(`api/${path}?${query}`));
    if (found.graph !== this.graph) throw new Error(t("The graph was built anew. Load the page again."));
    return found;
  }

  private merge(fragment: Fragment, centre?: string): void {
    const { model } = this;
    const fresh: Entity[] = [];
    for (const node of fragment.nodes) {
      if (model.byIri.has(node.iri)) continue;
      const entity = this.entity(node);
      entity.index = model.entities.length;
      model.entities.push(entity);
      model.byIri.set(entity.iri, entity);
      fresh.push(entity);
    }
    this.addPapers(fragment.papers, fresh);
    for (const node of fragment.nodes) this.describe(model.byIri.get(node.iri)!, node);
    for (const { head, tail, relation, papers } of fragment.edges) {
      const [from, to] = [model.byIri.get(head), model.byIri.get(tail)];
      if (!from || !to) continue;
      const pair = this.pair(from, to);
      if (relation === null) {
        pair.together = papers;
        continue;
      }
      const kind = model.kinds.indexOf(relation);
      const known = pair.relations.find((each) => each.head === from && each.tail === to && each.kind === kind);
      if (known) known.papers = papers;
      else pair.relations.push({ head: from, tail: to, kind, papers, evidence: [] });
    }
    place(model, fresh, centre === undefined ? undefined : model.byIri.get(centre));
  }

  /** An entity by what the server tells of it; it belongs to the model once it has its index. */
  private entity({ iri, type, name, papers, links }: Fragment["nodes"][number]): Entity {
    return {
      index: -1, iri, type: this.model.types.indexOf(type), name, papers, x: NaN, y: NaN, community: -1,
      ...counted(links?.kinds ?? [], links?.papers ?? [], this.model.all.years),
      aliases: [], broader: [], narrower: [], evidence: [], links: [], pairs: [],
    };
  }

  private describe(entity: Entity, node: Fragment["nodes"][number]): void {
    const of = (iris: string[]) => iris.map((iri) => this.model.byIri.get(iri)).filter((each) => each !== undefined);
    if (node.aliases) entity.aliases = node.aliases;
    if (node.broader) entity.broader = of(node.broader);
    if (node.narrower) entity.narrower = of(node.narrower);
    for (const { paper, field, start, end } of node.evidence ?? []) {
      const found = this.model.byId.get(paper);
      if (found && !entity.evidence.some((each) => each.paper === found)) entity.evidence.push({ paper: found, field, start, end });
    }
  }

  private addPapers(told: Fragment["papers"], fresh: Entity[]): void {
    const { model } = this;
    const touched = new Set(fresh);
    const joined = (paper: Paper, entities: Entity[]) => {
      for (const entity of entities) {
        const row = found(entity.numbers, paper.number);
        if (row < 0) continue;
        const role = Math.floor(entity.kinds[row] / STEPS);
        paper.links.push({ entity, role });
        entity.links.push({ paper, role });
        touched.add(entity);
      }
    };
    for (const entity of fresh)
      entity.numbers.forEach((number) => {
        const paper = model.byNumber.get(number);
        if (paper) joined(paper, [entity]);
      });
    for (const { id, number, title, authors, venue, year, url, whole, pieces, marks } of told) {
      let paper = model.byNumber.get(number);
      if (!paper) {
        paper = { index: model.papers.length, number, id, title, authors, venue, year, url, whole, pieces: [], links: [], marks: [] };
        model.papers.push(paper);
        model.byNumber.set(number, paper);
        model.byId.set(id, paper);
        joined(paper, model.entities);
      }
      if (whole) paper.pieces = [];
      if (whole || !paper.whole)
        for (const [start, text] of pieces)
          if (!paper.pieces.some((each) => each.start === start)) paper.pieces.push({ start, text });
      paper.pieces.sort((a, b) => a.start - b.start);
      paper.whole ||= whole;
      for (const [field, start, end, iri] of marks) {
        const entity = model.byIri.get(iri);
        if (entity && !paper.marks.some((each) => each.field === field && each.start === start && each.entity === entity)) paper.marks.push({ field, start, end, entity });
      }
    }
    for (const entity of touched) entity.links.sort((a, b) => (b.paper.year ?? 0) - (a.paper.year ?? 0) || a.paper.number - b.paper.number);
  }

  private pair(one: Entity, two: Entity): Pair {
    const [a, b] = one.index < two.index ? [one, two] : [two, one];
    let pair = this.pairs.get(key(a, b));
    if (!pair) {
      pair = { index: this.model.pairs.length, a, b, together: 0, relations: [] };
      this.model.pairs.push(pair);
      this.pairs.set(key(a, b), pair);
      a.pairs.push(pair);
      if (a !== b) b.pairs.push(pair);
    }
    return pair;
  }
}

const nothing = { authors: "", venue: "", url: "", whole: false };

const key = (a: Entity, b: Entity): string => `${Math.min(a.index, b.index)} ${Math.max(a.index, b.index)}`;

/** What an address names: entities, two of them as a pair, or a paper. */
function named(hash: string): { entities: string[]; pair: [string, string] | null; paper: string | null; among: string[] } {
  const words = new URLSearchParams(hash.replace(/^#/, ""));
  const [a, b] = [words.get("a"), words.get("b")];
  const entities = ["entity", "to", "a", "b"].map((name) => words.get(name)).filter((iri): iri is string => iri !== null);
  return { entities, pair: a !== null && b !== null ? [a, b] : null, paper: words.get("paper"), among: words.getAll("among") };
}

/** The row of a number in rising numbers, or -1. */
function found(numbers: Int32Array, wanted: number): number {
  let [low, high] = [0, numbers.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (numbers[middle] < wanted) low = middle + 1;
    else high = middle;
  }
  return numbers[low] === wanted ? low : -1;
}

/** Put new entities on the map: one asked for amid those it belongs to, others in a spiral around it. */
function place(model: Model, fresh: Entity[], centre: Entity | undefined): void {
  const old = model.entities.filter((entity) => !Number.isNaN(entity.x));
  const span = (of: (entity: Entity) => number): [number, number] =>
    old.reduce(([low, high], entity) => [Math.min(low, of(entity)), Math.max(high, of(entity))], [Infinity, -Infinity]);
  const [left, right] = old.length ? span((entity) => entity.x) : [-1, 1];
  const [low, high] = old.length ? span((entity) => entity.y) : [-1, 1];
  const within = (value: number, from: number, to: number) => Math.min(to, Math.max(from, value));
  const unit = 0.012 * Math.max(right - left, high - low, 1);
  const amid = (entity: Entity): [number, number] => {
    let [x, y, sum] = [0, 0, 0];
    for (const pair of entity.pairs) {
      const beside = other(pair, entity);
      if (Number.isNaN(beside.x)) continue;
      const weight = support(pair);
      [x, y, sum] = [x + weight * beside.x, y + weight * beside.y, sum + weight];
    }
    return sum ? [x / sum, y / sum] : [(left + right) / 2, (low + high) / 2];
  };
  const put = (entity: Entity, x: number, y: number) => {
    entity.x = within(x, left, right);
    entity.y = within(y, low, high);
  };
  if (centre && Number.isNaN(centre.x)) put(centre, ...amid(centre));
  fresh.filter((entity) => Number.isNaN(entity.x)).forEach((entity, turn) => {
    const [x, y] = centre ? [centre.x, centre.y] : amid(entity);
    const [angle, radius] = [2.39996 * (turn + entity.index), unit * Math.sqrt(turn + 3)];
    put(entity, x + radius * Math.cos(angle), y + radius * Math.sin(angle));
  });
}

/** The JSON of an answer; what the server refuses is an error in its words. */
export async function answered<T>(answer: Response): Promise<T> {
  const found = (await answer.json().catch(() => ({ error: `${answer.status} ${answer.statusText}` }))) as T & { error?: string };
  if (!answer.ok) throw new Error(found.error ?? String(answer.status));
  return found;
}
