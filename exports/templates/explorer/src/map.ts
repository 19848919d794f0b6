// The picture: sigma draws circles and lines, a canvas above it draws the labels so that none overlap.

import { createNodeBorderProgram } from "@sigma/node-border";
import Graph from "graphology";
import Sigma from "sigma";
import { other, support, type Entity, type Model, type Pair } from "./data";
import { papersWithin, visible, type State } from "./state";
import { Terrain } from "./terrain";
import { kindLabel } from "./words";

interface Colours {
  types: string[];
  ink: string;
  ground: string;
  faded: string;
  line: string;
  shade: string;
}

interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Noto Sans CJK SC", sans-serif';
const PIXELS_PER_LABEL = 9000;
const LONGEST_LABEL = 34;
const STRONG_LABELS = 28;
const BOLD_LABELS = 10;
const COMPANIONS = 3;

export class MapView {
  private readonly graph = new Graph({ type: "undirected", allowSelfLoops: true });
  private readonly sigma: Sigma;
  private readonly labels: HTMLCanvasElement;
  private readonly terrain: Terrain;
  private readonly byWeight: Entity[];
  private prominent = new Set<Pair>();
  private readonly widths = new Map<string, number>();
  private colours: Colours;
  private state: State;
  private focus: Set<Entity> | null = null;
  private hovered: Entity | null = null;
  private hoveredPair: Pair | null = null;
  private shown = new Set<Entity>();
  private room = 1;
  private crowd = 1;

  constructor(
    private readonly host: HTMLElement,
    private readonly model: Model,
    state: State,
    go: { entity: (entity: Entity) => void; pair: (pair: Pair) => void; nothing: () => void },
  ) {
    this.state = state;
    this.colours = readColours();
    this.terrain = new Terrain(host);
    this.settle(state);
    this.measure();
    this.byWeight = [...model.entities].sort((a, b) => b.papers - a.papers || a.index - b.index);
    for (const entity of model.entities) this.graph.addNode(entity.index, { x: entity.x, y: entity.y });
    for (const pair of model.pairs) this.graph.addEdgeWithKey(pair.index, pair.a.index, pair.b.index);
    this.sigma = new Sigma(this.graph, host, {
      allowInvalidContainer: true,
      defaultNodeType: "bordered",
      nodeProgramClasses: {
        bordered: createNodeBorderProgram({
          borders: [
            { size: { value: 1.2, mode: "pixels" }, color: { attribute: "borderColor" } },
            { size: { fill: true }, color: { attribute: "color" } },
          ],
        }),
      },
      nodeHoverProgramClasses: {},
      defaultDrawNodeHover: () => undefined,
      renderLabels: false,
      enableEdgeEvents: true,
      hideEdgesOnMove: model.pairs.length > 4000,
      zIndex: true,
      stagePadding: host.clientWidth < 500 ? 18 : 36,
      minCameraRatio: 0.03,
      maxCameraRatio: 2.5,
      minEdgeThickness: 1,
      nodeReducer: (node) => this.node(model.entities[Number(node)]),
      edgeReducer: (edge) => this.edge(model.pairs[Number(edge)]),
    });
    this.labels = document.createElement("canvas");
    this.labels.className = "labels";
    this.labels.setAttribute("aria-hidden", "true");
    host.append(this.labels);
    this.sigma.on("afterRender", () => this.draw());
    this.draw();
    this.sigma.on("clickNode", ({ node }) => go.entity(model.entities[Number(node)]));
    this.sigma.on("clickEdge", ({ edge }) => go.pair(model.pairs[Number(edge)]));
    this.sigma.on("clickStage", () => go.nothing());
    this.sigma.on("enterNode", ({ node }) => this.hover(model.entities[Number(node)], null));
    this.sigma.on("leaveNode", () => this.hover(null, null));
    this.sigma.on("enterEdge", ({ edge }) => this.hover(null, model.pairs[Number(edge)]));
    this.sigma.on("leaveEdge", () => this.hover(null, null));
    let size = `${host.clientWidth} ${host.clientHeight}`;
    new ResizeObserver(() => {
      const now = `${host.clientWidth} ${host.clientHeight}`;
      if (now === size) return;
      size = now;
      this.measure();
      this.sigma.resize();
      this.sigma.refresh();
    }).observe(host);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
      this.colours = readColours();
      this.settle(this.state);
      this.sigma.refresh();
    });
  }

  private measure(): void {
    const span = (values: number[]) => values.reduce((a, b) => Math.max(a, b), -Infinity) - values.reduce((a, b) => Math.min(a, b), Infinity);
    const across = span(this.model.entities.map((entity) => entity.x));
    const down = span(this.model.entities.map((entity) => entity.y));
    const { clientWidth, clientHeight } = this.host;
    const scale = Math.min((clientWidth - 72) / Math.max(across, 1), (clientHeight - 72) / Math.max(down, 1));
    this.room = Math.min(1, Math.max(0.3, 1.2 * scale));
  }

  /** Where an entity stands, in pixels of the window. */
  position(entity: Entity): { x: number; y: number } {
    const { x, y } = this.sigma.graphToViewport(entity);
    const { left, top } = this.host.getBoundingClientRect();
    return { x: x + left, y: y + top };
  }

  update(state: State, travel: boolean): void {
    this.settle(state);
    this.sigma.refresh();
    if (travel) this.travel();
  }

  /** Decide what a state shows; the reducers read it when sigma draws. */
  private settle(state: State): void {
    this.state = state;
    this.shown = new Set(this.model.entities.filter((entity) => visible(entity, state)));
    this.crowd = Math.min(2.4, Math.sqrt(this.model.entities.length / Math.max(1, this.shown.size)));
    const { lines } = state;
    this.prominent = backbone(this.shown, (pair) =>
      lines === "all" || (lines === "stated" ? pair.relations.length > 0 : lines === "together" && pair.together > 0));
    this.focus = focusOf(state);
    this.terrain.shadeGround(this.shown, this.model.entities, this.colours.shade);
    // What the reader asked for is shown with all its neighbours, however few their papers.
    const neighbours = { ...state, least: 1 };
    for (const entity of this.focus ?? []) if (isChosen(entity, state) || visible(entity, neighbours)) this.shown.add(entity);
  }

  zoom(step: number): void {
    const camera = this.sigma.getCamera();
    void camera.animate({ ratio: camera.ratio * step }, { duration: still() ? 0 : 200 });
  }

  reset(): void {
    void this.sigma.getCamera().animate({ x: 0.5, y: 0.5, ratio: 1, angle: 0 }, { duration: still() ? 0 : 400 });
  }

  private travel(): void {
    const places = [...(this.focus ?? [])]
      .filter((entity) => this.shown.has(entity))
      .map((entity) => this.sigma.getNodeDisplayData(entity.index))
      .filter((place) => place !== undefined);
    if (!places.length) return this.reset();
    const [xs, ys] = [places.map((place) => place.x), places.map((place) => place.y)];
    const [left, right, low, high] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
    const ratio = Math.min(1.1, Math.max(0.3, 1.35 * Math.max(right - left, high - low)));
    void this.sigma.getCamera().animate({ x: (left + right) / 2, y: (low + high) / 2, ratio, angle: 0 }, { duration: still() ? 0 : 450 });
  }

  private hover(entity: Entity | null, pair: Pair | null): void {
    this.hovered = entity;
    this.hoveredPair = pair;
    this.host.style.cursor = entity || pair ? "pointer" : "";
    this.draw();
  }

  private node(entity: Entity): Record<string, unknown> {
    if (!this.shown.has(entity)) return { hidden: true, x: entity.x, y: entity.y, size: 0 };
    const inside = !this.focus || this.focus.has(entity);
    return {
      x: entity.x,
      y: entity.y,
      size: this.size(entity),
      color: inside ? this.colours.types[entity.type] : this.colours.faded,
      borderColor: this.colours.ground,
      zIndex: inside ? 1 : 0,
      type: "bordered",
    };
  }

  /** Radius in pixels before zooming: the radius of the layout, within what a screen can tell apart. */
  private size(entity: Entity): number {
    const radius = 3 + 17 * Math.sqrt(papersWithin(entity, this.state) / this.byWeight[0].papers);
    return Math.max(2.2, radius * Math.min(1.15, this.room * this.crowd));
  }

  private edge(pair: Pair): Record<string, unknown> {
    const stated = pair.relations.length > 0;
    const near = this.touches(pair);
    if (!this.shown.has(pair.a) || !this.shown.has(pair.b) || pair.a === pair.b || !(this.focus ? near : this.prominent.has(pair))) return { hidden: true };
    const size = 1 + 0.5 * Math.log2(1 + support(pair));
    if (!stated) return { color: mixed(this.colours.line, this.colours.ground, this.focus ? 0.5 : 0.2), size: this.focus ? size : 1.2, zIndex: 0 };
    const tail = strongest(pair).tail;
    return { color: mixed(this.colours.types[tail.type], this.colours.ground, this.focus ? 0.75 : 0.36), size: this.focus ? size : Math.min(size, 2.2), zIndex: 1 };
  }

  private touches(pair: Pair): boolean {
    const { entity, pair: chosen, paper } = this.state;
    if (paper) return this.focus!.has(pair.a) && this.focus!.has(pair.b) && pair.relations.length > 0;
    if (chosen) return pair === chosen;
    return pair.a === entity || pair.b === entity;
  }

  private draw(): void {
    this.terrain.draw(this.sigma, this.focus ? 0.35 : 1);
    const ratio = window.devicePixelRatio || 1;
    const { width, height } = this.sigma.getDimensions();
    if (this.labels.width !== Math.round(width * ratio) || this.labels.height !== Math.round(height * ratio)) {
      this.labels.width = Math.round(width * ratio);
      this.labels.height = Math.round(height * ratio);
    }
    const pen = this.labels.getContext("2d");
    if (!pen) return;
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, width, height);
    pen.lineJoin = "round";
    pen.textBaseline = "middle";
    const taken = new Taken(width, height);
    const circles = new Taken(width, height);
    const places = new Map<Entity, { x: number; y: number; r: number }>();
    const place = (entity: Entity) => {
      let found = places.get(entity);
      if (!found) {
        const { x, y } = this.sigma.graphToViewport(entity);
        found = { x, y, r: this.sigma.scaleSize(this.size(entity)) };
        places.set(entity, found);
      }
      return found;
    };
    const chosen = this.byWeight.filter((entity) => this.shown.has(entity) && (entity === this.hovered || isChosen(entity, this.state)));
    const rest = this.byWeight.filter((entity) => this.shown.has(entity) && !chosen.includes(entity) && (!this.focus || this.focus.has(entity)));
    const inView: Entity[] = [];
    for (const entity of [...chosen, ...rest]) {
      const { x, y, r } = place(entity);
      if (x < -40 || y < -40 || x > width + 40 || y > height + 40) continue;
      inView.push(entity);
      if (r > 4) circles.add({ left: x - 0.8 * r, right: x + 0.8 * r, top: y - 0.8 * r, bottom: y + 0.8 * r });
    }
    for (const entity of chosen) {
      const { x, y, r } = place(entity);
      pen.beginPath();
      pen.arc(x, y, r + 3, 0, 2 * Math.PI);
      pen.lineWidth = 2;
      pen.strokeStyle = this.colours.ink;
      pen.stroke();
    }
    const most = (width * height) / PIXELS_PER_LABEL;
    let drawn = 0;
    for (const [rank, entity] of inView.entries()) {
      if (drawn >= most || rank > 2.5 * most) break;
      const strong = chosen.includes(entity);
      const { x, y } = place(entity);
      const r = place(entity).r + (strong ? 4 : 0);
      const size = strong ? 14 : Math.round(Math.min(16, 10.5 + 0.32 * r));
      const weight = strong || rank < BOLD_LABELS ? 600 : 450;
      const text = entity.name.length > LONGEST_LABEL ? `${entity.name.slice(0, LONGEST_LABEL - 1).trimEnd()}…` : entity.name;
      const half = size * 0.62;
      const wide = this.width(pen, text, `${weight} ${size}px ${FONT}`);
      const spots: Box[] = [
        { left: x + r + 3, right: x + r + 5 + wide, top: y - half, bottom: y + half },
        { left: x - wide / 2, right: x + wide / 2, top: y + r + 1, bottom: y + r + 1 + 2 * half },
        { left: x - wide / 2, right: x + wide / 2, top: y - r - 1 - 2 * half, bottom: y - r - 1 },
        { left: x - r - 5 - wide, right: x - r - 3, top: y - half, bottom: y + half },
      ];
      // Names never cover names; of the free places the one that covers the fewest circles wins.
      const spot = spots
        .filter((box) => taken.inside(box) && taken.free(box))
        .map((box) => ({ box, covered: circles.count(box) }))
        .filter(({ covered }) => covered <= (strong || rank < STRONG_LABELS ? Infinity : r > 6 ? 1 : 0))
        .sort((a, b) => a.covered - b.covered)[0]?.box ?? (strong ? spots[0] : undefined);
      if (!spot) continue;
      taken.add(spot);
      this.write(pen, text, (spot.left + spot.right) / 2, (spot.top + spot.bottom) / 2, this.colours.ink, strong ? 5 : 3.5);
      drawn += 1;
    }
    this.drawKinds(pen, taken, circles, place);
  }

  /** Names of the stated relations on the lines of the focus, each pointing to its tail. */
  private drawKinds(pen: CanvasRenderingContext2D, taken: Taken, circles: Taken, place: (entity: Entity) => { x: number; y: number }): void {
    const { entity, pair } = this.state;
    const around = this.state.paper ? [] : pair ? [pair] : entity ? [...entity.pairs].sort((a, b) => support(b) - support(a)) : [];
    const pairs = this.hoveredPair ? [this.hoveredPair, ...around] : around;
    let drawn = 0;
    for (const each of pairs) {
      if (!each.relations.length || !this.shown.has(each.a) || !this.shown.has(each.b) || drawn > 24) continue;
      const relation = strongest(each);
      const [from, to] = [place(relation.head), place(relation.tail)];
      if (Math.hypot(from.x - to.x, from.y - to.y) < 70) continue;
      const label = kindLabel(this.model.kinds[relation.kind]);
      const text = from.x <= to.x ? `${label} →` : `← ${label}`;
      const wide = this.width(pen, text, `italic 450 11px ${FONT}`);
      const [x, y] = [0.45 * from.x + 0.55 * to.x, 0.45 * from.y + 0.55 * to.y];
      const box = { left: x - wide / 2, right: x + wide / 2, top: y - 7, bottom: y + 7 };
      if ((!taken.free(box) || !circles.free(box)) && each !== this.hoveredPair) continue;
      taken.add(box);
      this.write(pen, text, x, y, this.colours.ink, 3.5);
      drawn += 1;
    }
  }

  private width(pen: CanvasRenderingContext2D, text: string, font: string): number {
    pen.font = font;
    const key = `${font}|${text}`;
    let found = this.widths.get(key);
    if (found === undefined) this.widths.set(key, (found = pen.measureText(text).width));
    return found;
  }

  private write(pen: CanvasRenderingContext2D, text: string, x: number, y: number, ink: string, halo: number): void {
    pen.textAlign = "center";
    pen.lineWidth = halo;
    pen.strokeStyle = this.colours.ground;
    pen.strokeText(text, x, y);
    pen.fillStyle = ink;
    pen.fillText(text, x, y);
  }
}

/** Boxes already taken, in squares so that asking stays cheap. */
class Taken {
  private readonly squares = new Map<number, Box[]>();

  constructor(private readonly width: number, private readonly height: number) {}

  inside(box: Box): boolean {
    return box.left > 2 && box.top > 2 && box.right < this.width - 2 && box.bottom < this.height - 2;
  }

  free(box: Box): boolean {
    return this.count(box) === 0;
  }

  /** How many of the boxes taken meet this one. */
  count(box: Box): number {
    const met = new Set<Box>();
    for (const key of this.keys(box))
      for (const other of this.squares.get(key) ?? [])
        if (box.left < other.right && box.right > other.left && box.top < other.bottom && box.bottom > other.top) met.add(other);
    return met.size;
  }

  add(box: Box): void {
    for (const key of this.keys(box)) {
      const square = this.squares.get(key);
      if (square) square.push(box);
      else this.squares.set(key, [box]);
    }
  }

  private *keys(box: Box): Generator<number> {
    for (let row = Math.floor(box.top / 64); row <= Math.floor(box.bottom / 64); row++)
      for (let column = Math.floor(box.left / 64); column <= Math.floor(box.right / 64); column++) yield row * 4096 + column;
  }
}

/** The lines of the overview: each entity's closest companions, by papers shared against papers had. */
function backbone(entities: Set<Entity>, wanted: (pair: Pair) => boolean): Set<Pair> {
  const closeness = (pair: Pair) => support(pair) / Math.sqrt(pair.a.papers * pair.b.papers);
  const kept = new Set<Pair>();
  for (const entity of entities)
    entity.pairs
      .filter((pair) => entities.has(other(pair, entity)) && wanted(pair))
      .sort((a, b) => closeness(b) - closeness(a) || a.index - b.index)
      .slice(0, COMPANIONS)
      .forEach((pair) => kept.add(pair));
  return kept;
}

function focusOf(state: State): Set<Entity> | null {
  if (state.paper) return new Set(state.paper.links.map((link) => link.entity));
  if (state.pair) return new Set([state.pair.a, state.pair.b]);
  if (state.entity) return new Set([state.entity, ...state.entity.pairs.map((pair) => other(pair, state.entity!))]);
  return null;
}

function isChosen(entity: Entity, state: State): boolean {
  if (state.paper) return false;
  if (state.pair) return entity === state.pair.a || entity === state.pair.b;
  return entity === state.entity;
}

const strongest = (pair: Pair) => pair.relations.reduce((best, each) => (each.papers > best.papers ? each : best));

const still = (): boolean => matchMedia("(prefers-reduced-motion: reduce)").matches;

function readColours(): Colours {
  const style = getComputedStyle(document.documentElement);
  const read = (name: string) => style.getPropertyValue(name).trim();
  return { types: [0, 1, 2, 3].map((type) => read(`--t${type}`)), ink: read("--ink"), ground: read("--ground"), faded: read("--faded"), line: read("--line"), shade: read("--shade") };
}

/** A share of one colour on another. Lines are opaque: sigma does not premultiply, and alpha would wash them out. */
function mixed(hex: string, ground: string, share: number): string {
  const [front, behind] = [hex, ground].map((each) => [1, 3, 5].map((at) => parseInt(each.slice(at, at + 2), 16)));
  return `#${front.map((value, i) => Math.round(value * share + behind[i] * (1 - share)).toString(16).padStart(2, "0")).join("")}`;
}
