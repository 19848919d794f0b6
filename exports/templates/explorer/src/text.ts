// Texts of papers with the mentions of entities marked. Offsets count code points, as in the graph.

import type { Entity, Field, Paper, Sentence } from "./data";
import { h } from "./dom";
import { runs, type Run } from "./readable";

const astral = /[\ud800-\udfff]/;

const length = (text: string): number => (astral.test(text) ? Array.from(text).length : text.length);

/** Where a number of code points ends in a text. */
const unit = (text: string, points: number): number => (astral.test(text) ? Array.from(text).slice(0, Math.max(0, points)).join("").length : points);

type Link = (entity: Entity) => string;

/** What is shown for a stretch of a text; a command of LaTeX belongs to where it begins. */
function shown(all: Run[], from: number, to: number): (Node | string)[] {
  return all.filter((run) => run.end > from && run.start < to).map((run) => {
    const exact = run.text.length === run.end - run.start;
    const text = exact ? run.text.slice(Math.max(0, from - run.start), to - run.start) : run.start >= from ? run.text : "";
    return run.tags.reduceRight<Node | string>((inner, tag) => h(tag, {}, inner), text);
  });
}

/** One stretch of a field as nodes; where mentions overlap, the first and longest wins. */
function marked(paper: Paper, field: Field, text: string, offset: number, from: number, to: number, link: Link): DocumentFragment {
  const out = document.createDocumentFragment();
  const all = runs(text);
  const place = (point: number) => unit(text, point - offset);
  let at = from;
  const inside = paper.marks
    .filter((mark) => mark.field === field && mark.start >= from && mark.end <= to)
    .sort((a, b) => a.start - b.start || b.end - a.end);
  for (const mark of inside) {
    if (mark.start < at) continue;
    out.append(...shown(all, place(at), place(mark.start)));
    out.append(h("a", { href: link(mark.entity), class: `mark t${mark.entity.type}`, title: mark.entity.name }, ...shown(all, place(mark.start), place(mark.end))));
    at = mark.end;
  }
  out.append(...shown(all, place(at), place(to)));
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
