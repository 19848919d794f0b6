// What lies beyond the page: a server that knows the whole graph. The page on disk has none.

import type { Entity, Paper, Sentence } from "./data";
import type * as further from "./further";

/** What a search finds: an entity or a paper, by the name or alias that matched. */
export interface Found {
  entity?: Entity;
  paper?: Paper;
  alias?: string;
}

/** A sentence, with the relation that it states where it states one. */
export interface Quote extends Sentence {
  head?: Entity;
  tail?: Entity;
  kind?: number;
}

/** How many sentences come at a time. */
export const QUOTES = 20;

export interface Beyond {
  /** Whether an address names something that is not here yet. */
  lacks(hash: string): boolean;
  /** Fetch what an address names and what belongs beside it; false where all of it is here already. */
  bring(hash: string): Promise<boolean>;
  /** Search the whole graph; null where another search came after this one. */
  find(query: string): Promise<Found[] | null>;
  /** Fetch papers by their numbers, in that order. */
  papers(numbers: number[]): Promise<Paper[]>;
  /** Sentences that name an entity, or that state a relation between two: `QUOTES` from the `offset`th on. */
  quotes(entity: Entity, other: Entity | null, offset: number): Promise<{ quotes: Quote[]; more: boolean }>;
  /** Buttons for these two; the page on disk need not carry them. */
  further: typeof further;
}
