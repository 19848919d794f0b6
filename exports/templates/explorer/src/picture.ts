// The current view as an SVG text, which the browser also turns into a PNG.

import { FONT, type Circle, type Label } from "./labels";
import { outline } from "./shapes";

export interface Picture {
  width: number;
  height: number;
  ground: string;
  ink: string;
  lines: { from: { x: number; y: number }; to: { x: number; y: number }; colour: string; width: number }[];
  shapes: (Circle & { shape: number; colour: string })[];
  rings: (Circle & { colour: string })[];
  labels: Label[];
}

const SCALE = 2;

const escaped = (text: string): string =>
  // Control characters have no place in XML, escaped or not.
  text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, "\ufffd")
    .replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

const short = (value: number): string => String(Math.round(value * 10) / 10);

/** An element with its attributes; numbers to a tenth of a pixel. */
export function element(tag: string, attributes: Record<string, string | number>, text?: string): string {
  const written = Object.entries(attributes).map(([name, value]) => ` ${name}="${typeof value === "number" ? short(value) : escaped(value)}"`).join("");
  return text === undefined ? `<${tag}${written}/>` : `<${tag}${written}>${escaped(text)}</${tag}>`;
}

export function page(width: number, height: number, ground: string, parts: string[]): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${short(width)}" height="${short(height)}" viewBox="0 0 ${short(width)} ${short(height)}" font-family="${escaped(FONT)}">\n${[element("rect", { width, height, fill: ground }), ...parts].join("\n")}\n</svg>\n`;
}

export function drawn(picture: Picture): string {
  const { width, height, ground, ink } = picture;
  return page(width, height, ground, [
    ...picture.lines.map(({ from, to, colour, width: wide }) => element("line", { x1: from.x, y1: from.y, x2: to.x, y2: to.y, stroke: colour, "stroke-width": wide })),
    ...picture.shapes.map(({ x, y, r, shape, colour }) => outline(shape, x, y, r, { fill: colour, stroke: ground, "stroke-width": 1.2 })),
    ...picture.rings.map(({ x, y, r, colour }) => element("circle", { cx: x, cy: y, r, fill: "none", stroke: colour, "stroke-width": 2 })),
    ...picture.labels.map(({ text, x, y, size, weight, italic, halo }) => element("text", {
      x, y, "text-anchor": "middle", "dominant-baseline": "central", "font-size": size, "font-weight": String(weight), "font-style": italic ? "italic" : "normal",
      fill: ink, stroke: ground, "stroke-width": halo, "stroke-linejoin": "round", "paint-order": "stroke",
    }, text)),
  ]);
}

export async function painted(svg: string): Promise<Blob> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = image.naturalWidth * SCALE;
  canvas.height = image.naturalHeight * SCALE;
  canvas.getContext("2d")!.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((done, failed) => canvas.toBlob((blob) => (blob ? done(blob) : failed(new Error("The picture is too large for this browser."))), "image/png"));
}
