// The picture: sigma draws circles and lines, a canvas above it draws the labels so that none overlap.

import Graph from "graphology";
import Sigma from "sigma";
import { other, support, type Entity, type Model, type Pair } from "./data";
import { focusOf, type Focus } from "./focus";
import { fontOf, Labels, type Circle, type Label } from "./labels";
import type { Picture } from "./picture";
import type { Selection } from "./selection";
import { EXTENT, ShapeProgram } from "./shapes";
import type { State } from "./state";
import { Terrain } from "./terrain";
import { kindLabel } from "./words";

interface Colours {
  types: string[];
  ink: string;
  ground: string;
  faded: string;
  line: string;
  shade: string;
  accent: string;
}

const COMPANIONS = 3;
/** Lines that move along with the map; more would make it stutter without a graphics card. */
const MOST_MOVING = 1000;
/** Pixels from the edge of the window within which the keyboard moves the map along. */
const EDGE = 40;

export class MapView {
  private readonly graph = new Graph({ type: "undirected", allowSelfLoops: true });
  private readonly sigma: Sigma;
  private readonly labels: HTMLCanvasElement;
  private readonly terrain: Terrain;
  private byWeight: Entity[] = [];
  private prominent = new Set<Pair>();
  private readonly widths = new Map<string, number>();
  private colours: Colours;
  private state: State;
  private focus: Focus | null = null;
  private hovered: Entity | null = null;
  private hoveredPair: Pair | null = null;
  /** The entity that the keyboard stands on, and whether it does now. */
  private stood: Entity | null = null;
  private walking = false;
  private shown = new Set<Entity>();
  private room = 1;
  private crowd = 1;

  constructor(
    private readonly host: HTMLElement,
    private readonly model: Model,
    state: State,
    private selection: Selection,
    go: { entity: (entity: Entity) => void; pair: (pair: Pair) => void; nothing: () => void },
  ) {
    this.state = state;
    this.colours = readColours();
    this.terrain = new Terrain(host);
    this.settle(state, selection);
    this.measure();
    this.grow();
    this.draft();
    this.sigma = new Sigma(this.graph, host, {
      allowInvalidContainer: true,
      defaultNodeType: "shape",
      nodeProgramClasses: { shape: ShapeProgram },
      nodeHoverProgramClasses: {},
      defaultDrawNodeHover: () => undefined,
      renderLabels: false,
      enableEdgeEvents: true,
      hideEdgesOnMove: this.prominent.size > MOST_MOVING,
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
      this.settle(this.state, this.selection);
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

  /** Entities that came to the model since come to the map. */
  private grow(): void {
    const { entities } = this.model;
    for (let index = this.graph.order; index < entities.length; index++) this.graph.addNode(index, { x: entities[index].x, y: entities[index].y });
    if (this.byWeight.length < entities.length)
      this.byWeight = [...entities].sort((a, b) => b.papers - a.papers || a.index - b.index);
  }

  update(state: State, selection: Selection, travel: boolean): void {
    this.grow();
    this.settle(state, selection);
    this.draft();
    this.sigma.refresh();
    if (travel) this.travel();
  }

  /** Decide what a state shows; the reducers read it when sigma draws. */
  private settle(state: State, selection: Selection): void {
    this.state = state;
    this.selection = selection;
    this.shown = new Set(selection.shown);
    this.crowd = Math.min(2.4, Math.sqrt(this.model.entities.length / Math.max(1, this.shown.size)));
    const { lines } = state;
    this.prominent = backbone(this.shown, (pair) =>
      lines === "all" || (lines === "stated" ? pair.relations.length > 0 : lines === "together" && pair.together > 0));
    this.focus = focusOf(state, selection);
    this.terrain.shadeGround(this.shown, this.model.entities, this.colours.shade);
    // What the reader asked for is shown with all its neighbours, however few their papers.
    const asked = state.among ? new Set(state.among) : askedFor(state);
    for (const entity of this.focus?.entities ?? []) if (asked.has(entity) || selection.visible(entity, 1)) this.shown.add(entity);
  }

  /** Give sigma the lines to draw and no others: tens of thousands that stay hidden would slow every start. */
  private draft(): void {
    const wanted = this.focus?.pairs ?? this.prominent;
    for (const edge of this.graph.edges()) if (!wanted.has(this.model.pairs[Number(edge)])) this.graph.dropEdge(edge);
    for (const pair of wanted) if (!this.graph.hasEdge(pair.index)) this.graph.addEdgeWithKey(pair.index, pair.a.index, pair.b.index);
  }

  zoom(step: number): void {
    const camera = this.sigma.getCamera();
    void camera.animate({ ratio: camera.ratio * step }, { duration: still() ? 0 : 200 });
  }

  reset(): void {
    void this.sigma.getCamera().animate({ x: 0.5, y: 0.5, ratio: 1, angle: 0 }, { duration: still() ? 0 : 400 });
  }

  private travel(): void {
    const places = [...(this.focus?.entities ?? [])]
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

  /** Put the keyboard on an entity, and bring it into sight; `null` takes the keyboard away. */
  stand(entity: Entity | null): void {
    this.walking = entity !== null;
    if (entity) {
      this.stood = entity;
      const { x, y } = this.place(entity);
      const { width, height } = this.sigma.getDimensions();
      const seen = x > EDGE && y > EDGE && x < width - EDGE && y < height - EDGE;
      const place = this.sigma.getNodeDisplayData(entity.index);
      if (!seen && place) void this.sigma.getCamera().animate({ x: place.x, y: place.y }, { duration: still() ? 0 : 200 });
    }
    this.draw();
  }

  /** The entity that the keyboard stands on: where it was before, else the one chosen. */
  get standing(): Entity | null {
    const entity = this.stood ?? this.state.entity ?? null;
    return entity && this.reachable(entity) ? entity : null;
  }

  /** The entity of most papers. */
  foremost(): Entity | null {
    return this.byWeight.find((entity) => this.reachable(entity)) ?? null;
  }

  place(entity: Entity): { x: number; y: number } {
    return this.sigma.graphToViewport(entity);
  }

  /** Where everything stands that the keyboard can reach. */
  *places(): Generator<[Entity, { x: number; y: number }]> {
    for (const entity of this.shown) if (this.reachable(entity)) yield [entity, this.place(entity)];
  }

  private reachable(entity: Entity): boolean {
    return this.shown.has(entity) && (!this.focus || this.focus.entities.has(entity));
  }

  private node(entity: Entity): Record<string, unknown> {
    if (!this.shown.has(entity)) return { hidden: true, x: entity.x, y: entity.y, size: 0 };
    const inside = !this.focus || this.focus.entities.has(entity);
    return {
      x: entity.x,
      y: entity.y,
      size: this.size(entity),
      color: inside ? this.colours.types[entity.type] : this.colours.faded,
      borderColor: this.colours.ground,
      zIndex: inside ? 1 : 0,
      shape: entity.type,
      type: "shape",
    };
  }

  /** Radius in pixels before zooming: the radius of the layout, within what a screen can tell apart. */
  private size(entity: Entity): number {
    const radius = 3 + 17 * Math.sqrt(this.selection.papers(entity) / this.byWeight[0].papers);
    return Math.max(2.2, radius * Math.min(1.15, this.room * this.crowd));
  }

  private edge(pair: Pair): Record<string, unknown> {
    const stated = pair.relations.length > 0;
    if (!this.shown.has(pair.a) || !this.shown.has(pair.b) || pair.a === pair.b || !(this.focus ? this.focus.pairs : this.prominent).has(pair)) return { hidden: true };
    const size = 1 + 0.5 * Math.log2(1 + support(pair));
    if (!stated) return { color: mixed(this.colours.line, this.colours.ground, this.focus ? 0.55 : 0.28), size: this.focus ? size + 0.4 : 1.6, zIndex: 0 };
    const tail = strongest(pair).tail;
    return { color: mixed(this.colours.types[tail.type], this.colours.ground, this.focus ? 0.8 : 0.4), size: this.focus ? size + 0.6 : Math.min(Math.max(size, 1.9), 2.2), zIndex: 1 };
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
    pen.textAlign = "center";
    const { rings, labels } = this.lettering(pen);
    pen.lineWidth = 2;
    for (const { x, y, r, colour } of rings) {
      pen.strokeStyle = colour;
      pen.beginPath();
      pen.arc(x, y, r, 0, 2 * Math.PI);
      pen.stroke();
    }
    for (const label of labels) {
      pen.font = fontOf(label);
      pen.lineWidth = label.halo;
      pen.strokeStyle = this.colours.ground;
      pen.strokeText(label.text, label.x, label.y);
      pen.fillStyle = this.colours.ink;
      pen.fillText(label.text, label.x, label.y);
    }
  }

  /** Rings around what was asked for, and the names that have room. */
  private lettering(pen: CanvasRenderingContext2D): { rings: (Circle & { colour: string })[]; labels: Label[] } {
    const { width, height } = this.sigma.getDimensions();
    const places = new Map<Entity, Circle>();
    const at = (entity: Entity): Circle => {
      let found = places.get(entity);
      if (!found) {
        const { x, y } = this.sigma.graphToViewport(entity);
        places.set(entity, (found = { x, y, r: this.sigma.scaleSize(this.size(entity)) }));
      }
      return found;
    };
    const asked = askedFor(this.state);
    if (this.hovered) asked.add(this.hovered);
    if (this.walking && this.standing) asked.add(this.standing);
    const strong = new Set(this.byWeight.filter((entity) => this.shown.has(entity) && asked.has(entity)));
    const rest = this.byWeight.filter((entity) => this.shown.has(entity) && !strong.has(entity) && (!this.focus || this.focus.entities.has(entity)));
    const labels = new Labels(pen, this.widths, width, height, at);
    labels.names([...strong, ...rest], strong);
    const around = this.state.paper ? [] : [...(this.focus?.pairs ?? [])].sort((a, b) => support(b) - support(a));
    const pairs = this.hoveredPair ? [this.hoveredPair, ...around] : around;
    labels.kinds(pairs.filter((pair) => pair.relations.length && this.shown.has(pair.a) && this.shown.has(pair.b)).map((pair) => {
      const { head, tail, kind } = strongest(pair);
      return { pair, head, tail, label: kindLabel(this.model.kinds[kind]) };
    }), this.hoveredPair);
    return { rings: [...strong].map((entity) => ({ ...at(entity), r: at(entity).r * EXTENT[entity.type] + 3, colour: this.walking && entity === this.standing ? this.colours.accent : this.colours.ink })), labels: labels.all };
  }

  /** The map as it stands on the screen, for a file. */
  picture(): Picture {
    const { width, height } = this.sigma.getDimensions();
    const at = (entity: Entity) => this.sigma.graphToViewport(entity);
    const seen = ({ x, y }: { x: number; y: number }) => x > -60 && y > -60 && x < width + 60 && y < height + 60;
    const lines = this.model.pairs.flatMap((pair) => {
      const { hidden, color, size, zIndex } = this.edge(pair);
      const [from, to] = [at(pair.a), at(pair.b)];
      return hidden || !(seen(from) || seen(to)) ? [] : [{ from, to, colour: String(color), width: this.sigma.scaleSize(Number(size)), level: Number(zIndex) }];
    });
    const shapes = this.model.entities.flatMap((entity) => {
      const { hidden, color, size, zIndex } = this.node(entity);
      const { x, y } = at(entity);
      return hidden || !seen({ x, y }) ? [] : [{ x, y, r: this.sigma.scaleSize(Number(size)), shape: entity.type, colour: String(color), level: Number(zIndex) }];
    });
    const low = (a: { level: number }, b: { level: number }) => a.level - b.level;
    return { width, height, ground: this.colours.ground, ink: this.colours.ink, lines: lines.sort(low), shapes: shapes.sort(low), ...this.lettering(this.labels.getContext("2d")!) };
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

/** The entities that the reader asked for by name. */
function askedFor({ paper, pair, cell, entity, to }: State): Set<Entity> {
  if (paper) return new Set();
  if (pair) return new Set([pair.a, pair.b]);
  return new Set(cell ?? [entity, to].filter((each) => each !== undefined));
}

const strongest = (pair: Pair) => pair.relations.reduce((best, each) => (each.papers > best.papers ? each : best));

const still = (): boolean => matchMedia("(prefers-reduced-motion: reduce)").matches;

export function readColours(): Colours {
  const style = getComputedStyle(document.documentElement);
  const read = (name: string) => style.getPropertyValue(name).trim();
  return { types: [0, 1, 2, 3].map((type) => read(`--t${type}`)), ink: read("--ink"), ground: read("--ground"), faded: read("--faded"), line: read("--line"), shade: read("--shade"), accent: read("--accent") };
}

/** A share of one colour on another. Lines are opaque: sigma does not premultiply, and alpha would wash them out. */
function mixed(hex: string, ground: string, share: number): string {
  const [front, behind] = [hex, ground].map((each) => [1, 3, 5].map((at) => parseInt(each.slice(at, at + 2), 16)));
  return `#${front.map((value, i) => Math.round(value * share + behind[i] * (1 - share)).toString(16).padStart(2, "0")).join("")}`;
}
