// Buttons of the panel that fetch what lies beyond the page: further papers, further sentences.

import { QUOTES, type Beyond, type Quote } from "./beyond";
import type { Entity, Paper } from "./data";
import { h } from "./dom";
import { t } from "./words";

const STEP = 50;

/** A button that fetches more rows and puts them above itself, until there are none. */
function button(label: () => string, list: HTMLElement, fetchMore: () => Promise<{ rows: HTMLElement[]; more: boolean }>): HTMLElement {
  const made = h("button", { class: "more", type: "button" }, label());
  const complaint = h("span", { role: "alert" });
  made.addEventListener("click", () => {
    made.disabled = true;
    complaint.textContent = "";
    fetchMore().then(({ rows, more }) => {
      list.append(...rows);
      rows[0]?.querySelector("a")?.focus();
      made.textContent = label();
      made.hidden = !more;
    }).catch((error: Error) => (complaint.textContent = error.message)).finally(() => (made.disabled = false));
  });
  return h("div", {}, list, made, complaint);
}

export function morePapers(beyond: Beyond, numbers: number[], row: (paper: Paper) => HTMLElement): HTMLElement {
  const left = [...numbers];
  return button(() => t("Show {} more", left.length), h("ul", { class: "papers" }), async () => {
    const found = await beyond.papers(left.slice(0, STEP));
    left.splice(0, STEP);
    return { rows: found.map(row), more: left.length > 0 };
  });
}

/** Sentences beside those `shown`, of an entity or of the relations between two. */
export function moreQuotes(beyond: Beyond, entity: Entity, other: Entity | null, shown: Quote[], row: (quote: Quote) => HTMLElement): HTMLElement {
  let offset = 0;
  const known = new Set(shown.map(placeOf));
  return button(() => t("More sentences"), h("ul", { class: "quotes" }), async () => {
    const fresh: Quote[] = [];
    let more = true;
    while (more && !fresh.length) {
      const found = await beyond.quotes(entity, other, offset);
      offset += QUOTES;
      more = found.more;
      fresh.push(...found.quotes.filter((quote) => !known.has(placeOf(quote))));
    }
    for (const quote of fresh) known.add(placeOf(quote));
    return { rows: fresh.map(row), more };
  });
}

const placeOf = ({ paper, field, start, head, tail, kind }: Quote): string => [paper.number, field, start, head?.iri, tail?.iri, kind].join(" ");
