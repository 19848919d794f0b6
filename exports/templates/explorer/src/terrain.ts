// A soft shade under the circles, darker where entities stand close: groups show before names are read.

import type Sigma from "sigma";
import type { Entity } from "./data";

const PIXELS = 420;
const REACH = 0.065;
const MARGIN = 0.12;

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
    for (const { x, y } of entities) {
      const [across, down] = [(x - this.left) * scale, (this.top - y) * scale];
      const glow = pen.createRadialGradient(across, down, 0, across, down, reach);
      glow.addColorStop(0, `${colour}12`);
      glow.addColorStop(1, `${colour}00`);
      pen.fillStyle = glow;
      pen.fillRect(across - reach, down - reach, 2 * reach, 2 * reach);
    }
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
