// An editor for queries: CodeMirror with what it needs to write SPARQL and Cypher, and no more.

import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { bracketMatching, HighlightStyle, StreamLanguage, syntaxHighlighting } from "@codemirror/language";
import { cypher } from "@codemirror/legacy-modes/mode/cypher";
import { sparql } from "@codemirror/legacy-modes/mode/sparql";
import { setDiagnostics } from "@codemirror/lint";
import { EditorState } from "@codemirror/state";
import { drawSelection, EditorView, keymap, lineNumbers, placeholder } from "@codemirror/view";
import { tags } from "@lezer/highlight";

export type Language = "sparql" | "cypher";

const MODES = { sparql, cypher };
const COLOURS = HighlightStyle.define([
  { tag: tags.keyword, color: "var(--w2)", fontWeight: "600" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--w0)" },
  { tag: [tags.variableName, tags.special(tags.variableName), tags.propertyName], color: "var(--w3)" },
  { tag: [tags.typeName, tags.atom, tags.number, tags.bool, tags.standard(tags.variableName), tags.labelName], color: "var(--w1)" },
  { tag: tags.comment, color: "var(--quiet)", fontStyle: "italic" },
]);
const LOOK = EditorView.theme({
  "&": { height: "100%", color: "var(--ink)", backgroundColor: "var(--raised)", fontSize: "13.5px" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "ui-monospace, SFMono-Regular, Menlo, Consolas, monospace", lineHeight: "1.55" },
  ".cm-content": { padding: "8px 0", caretColor: "var(--ink)" },
  ".cm-gutters": { color: "var(--quiet)", backgroundColor: "var(--raised)", border: "0" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": { background: "color-mix(in srgb, var(--accent) 25%, transparent)" },
  ".cm-matchingBracket": { background: "var(--soft)", outline: "1px solid var(--hair)" },
  ".cm-tooltip": { color: "var(--ink)", backgroundColor: "var(--raised)", border: "1px solid var(--hair)", borderRadius: "8px" },
  ".cm-placeholder": { color: "var(--quiet)" },
});
// The browser admits the styles that CodeMirror adds by the nonce of this script.
const nonce = (document.currentScript as HTMLScriptElement | null)?.nonce ?? "";

export class Editor {
  readonly element: HTMLElement;
  private readonly view: EditorView;

  constructor(language: Language, label: string, hint: string, run: () => void) {
    this.view = new EditorView({
      state: EditorState.create({
        extensions: [
          EditorView.cspNonce.of(nonce), EditorView.lineWrapping, EditorView.contentAttributes.of({ "aria-label": label }),
          keymap.of([{ key: "Mod-Enter", run: () => (run(), true) }, ...defaultKeymap, ...historyKeymap]),
          lineNumbers(), history(), drawSelection(), bracketMatching(), placeholder(hint),
          StreamLanguage.define(MODES[language]), syntaxHighlighting(COLOURS), LOOK,
        ],
      }),
    });
    this.element = this.view.dom;
    // Keys that mean something elsewhere on the page are letters here.
    this.element.addEventListener("keydown", (event) => event.stopPropagation());
  }

  get text(): string {
    return this.view.state.doc.toString();
  }

  set text(text: string) {
    this.view.dispatch({ changes: { from: 0, to: this.view.state.doc.length, insert: text } });
    this.mark(null);
  }

  /** Mark the place that an error names as `query:LINE:COLUMN: …`, or none. */
  mark(message: string | null): void {
    const place = /^query:(\d+):(\d+): /.exec(message ?? "");
    const { doc } = this.view.state;
    if (!message || !place || Number(place[1]) > doc.lines) {
      this.view.dispatch(setDiagnostics(this.view.state, []));
      return;
    }
    const line = doc.line(Math.max(1, Number(place[1])));
    const from = Math.min(line.to, line.from + Math.max(0, Number(place[2]) - 1));
    const to = Math.min(line.to, from + (/^\w+|^./.exec(line.text.slice(from - line.from))?.[0].length ?? 0));
    this.view.dispatch(setDiagnostics(this.view.state, [{ from: to > from ? from : Math.max(line.from, from - 1), to, severity: "error", message }]));
    this.view.dispatch({ selection: { anchor: from }, scrollIntoView: true });
  }
}
