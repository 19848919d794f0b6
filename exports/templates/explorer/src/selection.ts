// Which papers count under the filters, and so how many each entity has. Counts are exact: they come from
// every link of the graph, not only from the papers whose text is in this file.

import { STEPS, type Entity, type Model } from "./data";
import type { State } from "./state";

export class Selection {
  private readonly counts: Int32Array;
  private readonly passes: Uint8Array;
  private readonly kinds: boolean[];
  /** Whether anything but the types and the least number of papers narrows the view. */
  readonly narrowed: boolean;
  /** Entities seen under the filters, those of most papers first. */
  readonly shown: Entity[];

  constructor(private readonly model: Model, private readonly state: State) {
    const { years, venues, roles, sure } = state;
    this.narrowed = Boolean(years || venues.size || roles.size || sure);
    const { all } = model;
    this.passes = new Uint8Array(all.ids.length).fill(1);
    for (let number = 0; number < all.ids.length; number++) {
      const year = all.years[number];
      if ((years && (year < years[0] || year > years[1])) || (venues.size && !venues.has(all.venues[number]))) this.passes[number] = 0;
    }
    this.kinds = Array.from({ length: 4 * STEPS }, (_, kind) =>
      (!roles.size || roles.has(Math.floor(kind / STEPS))) && (kind % STEPS) * 5 >= sure - (sure % 5));
    this.counts = Int32Array.from(model.entities, (entity) => {
      if (!this.narrowed) return entity.papers;
      let count = 0;
      for (let row = 0; row < entity.numbers.length; row++) if (this.counted(entity, row)) count += 1;
      return count;
    });
    this.shown = model.entities.filter((entity) => this.visible(entity)).sort((a, b) => this.papers(b) - this.papers(a) || a.index - b.index);
  }

  private counted(entity: Entity, row: number): boolean {
    return this.passes[entity.numbers[row]] === 1 && this.kinds[entity.kinds[row]];
  }

  /** Papers of an entity; undated papers count only when no years are chosen. */
  papers(entity: Entity): number {
    return this.counts[entity.index];
  }

  visible(entity: Entity, least = this.state.least): boolean {
    return !this.state.hidden.has(entity.type) && this.papers(entity) >= Math.max(1, least);
  }


  /** Numbers of the papers of an entity, rising. */
  numbers(entity: Entity): number[] {
    const found: number[] = [];
    for (let row = 0; row < entity.numbers.length; row++) if (this.counted(entity, row)) found.push(entity.numbers[row]);
    return found;
  }

  /** Numbers of the papers that name both. */
  both(a: Entity, b: Entity): number[] {
    const other = new Set(this.numbers(b));
    return this.numbers(a).filter((number) => other.has(number));
  }

  /** Papers by role, in the order of `ROLES`. */
  roles(entity: Entity): number[] {
    const found = [0, 0, 0, 0];
    for (let row = 0; row < entity.numbers.length; row++)
      if (this.counted(entity, row)) found[Math.floor(entity.kinds[row] / STEPS)] += 1;
    return found;
  }

  /** Papers by year, `[year, count]` rising, of those that name an entity. */
  years(entity: Entity): [number, number][] {
    const found = new Map<number, number>();
    for (const number of this.numbers(entity)) {
      const year = this.model.all.years[number];
      if (year) found.set(year, (found.get(year) ?? 0) + 1);
    }
    return [...found].sort((a, b) => a[0] - b[0]);
  }
}
