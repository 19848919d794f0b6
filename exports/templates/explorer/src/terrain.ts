// A soft shade under the circles, darker where entities stand close: groups show before names are read.

import type Sigma from "sigma";
import type { Entity } from "./data";

const PIXELS = 240;
const REACH = 0.075;
const MARGIN = 0.12;
const DARKEST = 96;

export class Terrain {
  private readonly canvas = document.createElement("canvas");
  private readonly shade = document.createElement("canvas");
  private left = 0;
  private top = 0;
  private span = 1;

  constructor(host: HTMLElement) {
    this.canvas.className = "terrain";
    this.canvas.setAttribute("aria-hidden", "true");
    host.prepend(this.canvas);
  }

  /** Shade the ground of these entities once, in the plane of the graph. */
  shadeGround(entities: Iterable<Entity>, all: Entity[], colour: string): void {
    const [xs, ys] = [all.map((entity) => entity.x), all.map((entity) => entity.y)];
    const least = (values: number[]) => values.reduce((a, b) => Math.min(a, b), Infinity);
    const most = (values: number[]) => values.reduce((a, b) => Math.max(a, b), -Infinity);
    const extent = Math.max(most(xs) - least(xs), most(ys) - least(ys), 1);
    this.span = extent * (1 + 2 * MARGIN);
    this.left = (least(xs) + most(xs) - this.span) / 2;
    this.top = (least(ys) + most(ys) + this.span) / 2;
    this.shade.width = this.shade.height = PIXELS;
    const pen = this.shade.getContext("2d");
    if (!pen) return;
    const scale = PIXELS / this.span;
    const reach = REACH * extent * scale;
    const height = new Float32Array(PIXELS * PIXELS);
    for (const { x, y } of entities) {
      const [across, down] = [(x - this.left) * scale, (this.top - y) * scale];
      for (let row = Math.ceil(down - reach); row <= down + reach; row++)
        for (let column = Math.ceil(across - reach); column <= across + reach; column++) {
          const near = 1 - ((column - across) ** 2 + (row - down) ** 2) / reach ** 2;
          if (near > 0) height[row * PIXELS + column] += near * near;
        }
    }
    const ground = pen.createImageData(PIXELS, PIXELS);
    const [red, green, blue] = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
    // Few entities already show; many do not turn the ground dark.
    for (let at = 0; at < height.length; at++) ground.data.set([red, green, blue, DARKEST * (1 - Math.exp(-height[at] / 5))], 4 * at);
    pen.putImageData(ground, 0, 0);
  }

  draw(sigma: Sigma, strength: number): void {
    const { width, height } = sigma.getDimensions();
    if (this.canvas.width !== width || this.canvas.height !== height) {
      this.canvas.width = width;
      this.canvas.height = height;
    }
    const pen = this.canvas.getContext("2d");
    if (!pen) return;
    pen.clearRect(0, 0, width, height);
    const start = sigma.graphToViewport({ x: this.left, y: this.top });
    const end = sigma.graphToViewport({ x: this.left + this.span, y: this.top - this.span });
    pen.globalAlpha = strength;
    pen.drawImage(this.shade, start.x, start.y, end.x - start.x, end.y - start.y);
  }
}
