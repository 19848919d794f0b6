// Texts of papers with the mentions of entities marked. Offsets count code points, as in the graph.

import type { Entity, Field, Paper, Sentence } from "./data";
import { h } from "./dom";

const astral = /[\ud800-\udfff]/;

function slice(text: string, start: number, end: number): string {
  return astral.test(text) ? Array.from(text).slice(start, end).join("") : text.slice(start, end);
}

const length = (text: string): number => (astral.test(text) ? Array.from(text).length : text.length);

type Link = (entity: Entity) => string;

/** One stretch of a field as nodes; where mentions overlap, the first and longest wins. */
function marked(paper: Paper, field: Field, text: string, offset: number, from: number, to: number, link: Link): DocumentFragment {
  const out = document.createDocumentFragment();
  let at = from;
  const inside = paper.marks
    .filter((mark) => mark.field === field && mark.start >= from && mark.end <= to)
    .sort((a, b) => a.start - b.start || b.end - a.end);
  for (const mark of inside) {
    if (mark.start < at) continue;
    out.append(slice(text, at - offset, mark.start - offset));
    out.append(
      h("a", { href: link(mark.entity), class: `mark t${mark.entity.type}`, title: mark.entity.name },
        slice(text, mark.start - offset, mark.end - offset)),
    );
    at = mark.end;
  }
  out.append(slice(text, at - offset, to - offset));
  return out;
}

export function title(paper: Paper, link: Link): DocumentFragment {
  return marked(paper, "title", paper.title, 0, 0, length(paper.title), link);
}

/** The abstract, or the sentences of it that the page holds, with an ellipsis for each gap. */
export function abstract(paper: Paper, link: Link): DocumentFragment {
  const out = document.createDocumentFragment();
  let end = 0;
  for (const piece of paper.pieces) {
    if (piece.start > end) out.append(h("span", { class: "gap" }, end ? " … " : "… "));
    end = piece.start + length(piece.text);
    out.append(marked(paper, "abstract", piece.text, piece.start, piece.start, end, link));
  }
  if (!paper.whole && paper.pieces.length) out.append(h("span", { class: "gap" }, " …"));
  return out;
}

export function sentence(found: Sentence, link: Link): DocumentFragment {
  const { paper, field, start, end } = found;
  if (field === "title") return marked(paper, field, paper.title, 0, start, Math.min(end, length(paper.title)), link);
  for (const piece of paper.pieces) {
    const last = piece.start + length(piece.text);
    if (piece.start <= start && start < last)
      return marked(paper, field, piece.text, piece.start, start, Math.min(end, last), link);
  }
  return document.createDocumentFragment();
}
