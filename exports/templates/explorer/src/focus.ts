// What a choice lights up on the map: neighbours, two steps around, a path, the entities of a paper.

import { other, support, type Entity, type Pair } from "./data";
import type { Selection } from "./selection";
import type { State } from "./state";

export interface Focus {
  entities: Set<Entity>;
  pairs: Set<Pair>;
}

/** Companions that each neighbour brings along in the second step, and how many entities that may reach. */
const FARTHER = 3;
const MOST = 120;

export function focusOf(state: State, selection: Selection): Focus | null {
  const { paper, pair, cell, entity, to, among } = state;
  if (paper) {
    const entities = new Set(paper.links.map((link) => link.entity));
    const pairs = [...entities].flatMap((each) => each.pairs.filter((one) => one.relations.length && entities.has(one.a) && entities.has(one.b)));
    return { entities, pairs: new Set(pairs) };
  }
  if (pair) return { entities: new Set([pair.a, pair.b]), pairs: new Set([pair]) };
  if (cell) return { entities: new Set(cell), pairs: new Set() };
  if (!entity && among) {
    const entities = new Set(among);
    return { entities, pairs: new Set(among.flatMap((each) => each.pairs.filter((one) => entities.has(one.a) && entities.has(one.b)))) };
  }
  if (!entity) return null;
  if (to) {
    const found = shortest(entity, to, selection) ?? [];
    return { entities: new Set([entity, to, ...found.flatMap((each) => [each.a, each.b])]), pairs: new Set(found) };
  }
  const around: Focus = { entities: new Set([entity, ...entity.pairs.map((each) => other(each, entity))]), pairs: new Set(entity.pairs) };
  return state.wide ? widened(around, selection) : around;
}

function widened({ entities, pairs }: Focus, selection: Selection): Focus {
  const near = [...entities].sort((a, b) => b.papers - a.papers);
  const wide: Focus = { entities: new Set(entities), pairs: new Set(pairs) };
  for (const entity of near) {
    const farther = entity.pairs
      .filter((pair) => !entities.has(other(pair, entity)) && selection.visible(other(pair, entity), 1))
      .sort((a, b) => support(b) - support(a))
      .slice(0, FARTHER);
    for (const pair of farther) {
      if (wide.entities.size >= MOST && !wide.entities.has(other(pair, entity))) continue;
      wide.entities.add(other(pair, entity));
      wide.pairs.add(pair);
    }
  }
  return wide;
}

/** The path of fewest lines between two entities over visible ones; of several, that of most papers. */
export function shortest(from: Entity, to: Entity, selection: Selection): Pair[] | null {
  const cost = new Map<Entity, number>([[from, 0]]);
  const before = new Map<Entity, { entity: Entity; pair: Pair }>();
  for (let layer = [from]; layer.length && !cost.has(to); ) {
    const next = new Map<Entity, { cost: number; entity: Entity; pair: Pair }>();
    for (const entity of layer)
      for (const pair of entity.pairs) {
        const reached = other(pair, entity);
        if (cost.has(reached) || (reached !== to && !selection.visible(reached, 1))) continue;
        const sum = cost.get(entity)! + 1 / (1 + support(pair));
        const known = next.get(reached);
        if (!known || sum < known.cost) next.set(reached, { cost: sum, entity, pair });
      }
    for (const [entity, step] of next) {
      cost.set(entity, step.cost);
      before.set(entity, step);
    }
    layer = [...next.keys()];
  }
  if (!cost.has(to)) return null;
  const path: Pair[] = [];
  for (let at = to; at !== from; at = before.get(at)!.entity) path.unshift(before.get(at)!.pair);
  return path;
}
