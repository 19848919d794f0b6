// One shape for each type of entity, so that colour is never alone: on the map as a WebGL program, in
// saved pictures as SVG. All shapes of one radius have about the same area.

import { NodeProgram, type ProgramInfo } from "sigma/rendering";
import type { NodeDisplayData, RenderParams } from "sigma/types";
import { floatColor } from "sigma/utils";
import { element } from "./picture";

/** By position of the type: a square, a triangle, a circle, a square on its corner. */
const [SQUARE, , CIRCLE, DIAMOND] = [0, 1, 2, 3];
const SIDE = 0.886;
const TRIANGLE_SIDE = 1.32;
const BORDER = 1.2;
const HALF_SQRT_3 = Math.sqrt(3) / 2;

/** How far each shape reaches, in radii. */
export const EXTENT = [1.2, 1.45, 1, 1.2];

/** Farthest point of any shape, in radii. */
const REACH = 1.56;

const VERTEX = `
attribute vec4 a_id;
attribute vec4 a_color;
attribute vec4 a_border;
attribute vec2 a_position;
attribute float a_size;
attribute float a_shape;
attribute vec2 a_corner;
uniform mat3 u_matrix;
uniform float u_sizeRatio;
uniform float u_correctionRatio;
varying vec4 v_color;
varying vec4 v_border;
varying vec2 v_place;
varying float v_radius;
varying float v_shape;
const float bias = 255.0 / 254.0;
void main() {
  // Pixels, in the units of the positions.
  float unit = 2.0 * u_correctionRatio;
  v_radius = a_size / u_sizeRatio;
  v_place = a_corner * (${REACH} * v_radius + 1.0);
  v_shape = a_shape;
  gl_Position = vec4((u_matrix * vec3(a_position + unit * v_place, 1)).xy, 0, 1);
  #ifdef PICKING_MODE
  v_color = a_id;
  #else
  v_color = a_color;
  v_border = vec4(a_border.rgb, a_border.a * bias);
  #endif
  v_color.a *= bias;
}`;

// Distances to outlines after Inigo Quilez, https://iquilezles.org/articles/distfunctions2d/
const FRAGMENT = `
precision highp float;
varying vec4 v_color;
varying vec4 v_border;
varying vec2 v_place;
varying float v_radius;
varying float v_shape;
float box(vec2 p, float side) {
  vec2 q = abs(p) - side;
  return length(max(q, 0.0)) + min(max(q.x, q.y), 0.0);
}
float triangle(vec2 p, float side) {
  const float k = 1.7320508;
  p.y += side / k * 0.12;
  p.x = abs(p.x) - side;
  p.y += side / k;
  if (p.x + k * p.y > 0.0) p = vec2(p.x - k * p.y, -k * p.x - p.y) / 2.0;
  p.x -= clamp(p.x, -2.0 * side, 0.0);
  return -length(p) * sign(p.y);
}
void main(void) {
  float soft = 0.16 * v_radius;
  float outside;
  if (v_shape < 0.5) outside = box(v_place, ${SIDE} * v_radius - soft) - soft;
  else if (v_shape < 1.5) outside = triangle(v_place, ${TRIANGLE_SIDE} * v_radius - 1.7320508 * soft) - soft;
  else if (v_shape < 2.5) outside = length(v_place) - v_radius;
  else outside = box(vec2(v_place.x + v_place.y, v_place.y - v_place.x) * 0.7071068, ${SIDE} * v_radius - soft) - soft;
  #ifdef PICKING_MODE
  gl_FragColor = outside > 0.0 ? vec4(0.0) : v_color;
  #else
  vec4 filled = mix(v_color, v_border, clamp(outside + ${BORDER} + 0.5, 0.0, 1.0));
  gl_FragColor = mix(filled, vec4(0.0), clamp(outside + 0.5, 0.0, 1.0));
  #endif
}`;

const UNIFORMS = ["u_sizeRatio", "u_correctionRatio", "u_matrix"] as const;
const { FLOAT, UNSIGNED_BYTE, TRIANGLE_STRIP } = WebGLRenderingContext;

/** Draws each node in the shape of its `shape`, with a thin line of `borderColor` around it. */
export class ShapeProgram extends NodeProgram<(typeof UNIFORMS)[number]> {
  override getDefinition() {
    const colour = (name: string) => ({ name, size: 4, type: UNSIGNED_BYTE, normalized: true });
    return {
      VERTICES: 4,
      VERTEX_SHADER_SOURCE: VERTEX,
      FRAGMENT_SHADER_SOURCE: FRAGMENT,
      METHOD: TRIANGLE_STRIP,
      UNIFORMS,
      ATTRIBUTES: [
        { name: "a_position", size: 2, type: FLOAT }, { name: "a_size", size: 1, type: FLOAT }, { name: "a_shape", size: 1, type: FLOAT },
        colour("a_color"), colour("a_border"), colour("a_id"),
      ],
      CONSTANT_ATTRIBUTES: [{ name: "a_corner", size: 2, type: FLOAT }],
      CONSTANT_DATA: [[-1, -1], [1, -1], [-1, 1], [1, 1]],
    };
  }

  override processVisibleItem(index: number, start: number, data: NodeDisplayData): void {
    const { x, y, size, color, shape, borderColor } = data as NodeDisplayData & { shape: number; borderColor: string };
    this.array.set([x, y, size, shape, floatColor(color), floatColor(borderColor), index], start);
  }

  override setUniforms({ correctionRatio, sizeRatio, matrix }: RenderParams, { gl, uniformLocations: at }: ProgramInfo): void {
    gl.uniform1f(at.u_correctionRatio, correctionRatio);
    gl.uniform1f(at.u_sizeRatio, sizeRatio);
    gl.uniformMatrix3fv(at.u_matrix, false, matrix);
  }
}

/** The shape of a type as an SVG element. */
export function outline(shape: number, x: number, y: number, r: number, look: Record<string, string | number>): string {
  if (shape === CIRCLE) return element("circle", { cx: x, cy: y, r, ...look });
  const half = SIDE * r;
  const square = { x: x - half, y: y - half, width: 2 * half, height: 2 * half, rx: 0.16 * r };
  if (shape === SQUARE) return element("rect", { ...square, ...look });
  if (shape === DIAMOND) return element("rect", { ...square, transform: `rotate(45 ${x.toFixed(1)} ${y.toFixed(1)})`, ...look });
  const [side, low] = [TRIANGLE_SIDE * r, y + (TRIANGLE_SIDE * r * 1.12) / (2 * HALF_SQRT_3)];
  const corners = [[x - side, low], [x + side, low], [x, low - 2 * HALF_SQRT_3 * side]];
  return element("polygon", { points: corners.map((corner) => corner.map((each) => each.toFixed(1)).join(",")).join(" "), ...look });
}

