// Titles and abstracts come with LaTeX and a little HTML in them: shown as a reader expects, never run.
// What is not known stays as it is written.

/** A stretch of the source, what is shown for it, and the elements around that. */
export interface Run {
  start: number;
  end: number;
  text: string;
  tags: Tag[];
}
type Tag = "i" | "b" | "code" | "sup" | "sub";

const STYLES: Record<string, Tag | ""> = {
  textit: "i", emph: "i", textsl: "i", mathit: "i", textbf: "b", mathbf: "b", boldsymbol: "b", bm: "b", texttt: "code", mathtt: "code", url: "code",
  textsc: "", textrm: "", textsf: "", text: "", mathrm: "", mathsf: "", mathcal: "i", mathscr: "i", mathfrak: "", mbox: "", ensuremath: "", underline: "", operatorname: "", smash: "",
  textsuperscript: "sup", textsubscript: "sub",
};
const HTML: Record<string, Tag | ""> = { i: "i", em: "i", b: "b", strong: "b", sup: "sup", sub: "sub", tt: "code", code: "code", u: "", sc: "", span: "", p: "" };
const pairs = (words: string): Record<string, string> => Object.fromEntries(words.trim().split(/\s+/).map((word) => word.split("=")));
const SIGNS: Record<string, string> = {
  ...pairs(`alpha=α beta=β gamma=γ delta=δ epsilon=ε varepsilon=ε zeta=ζ eta=η theta=θ vartheta=ϑ iota=ι kappa=κ lambda=λ mu=μ nu=ν xi=ξ pi=π rho=ρ sigma=σ tau=τ
    upsilon=υ phi=φ varphi=φ chi=χ psi=ψ omega=ω Gamma=Γ Delta=Δ Theta=Θ Lambda=Λ Xi=Ξ Pi=Π Sigma=Σ Phi=Φ Psi=Ψ Omega=Ω ell=ℓ eps=ε
    times=× cdot=· pm=± mp=∓ leq=≤ le=≤ geq=≥ ge=≥ neq=≠ ne=≠ ll=≪ gg=≫ approx=≈ sim=∼ simeq=≃ equiv=≡ propto=∝ infty=∞ partial=∂ nabla=∇ sum=∑ prod=∏ int=∫ in=∈ notin=∉
    subset=⊂ subseteq=⊆ cup=∪ cap=∩ emptyset=∅ forall=∀ exists=∃ to=→ rightarrow=→ leftarrow=← Rightarrow=⇒ mapsto=↦ leftrightarrow=↔ star=⋆ ast=∗ circ=∘ bullet=• otimes=⊗ oplus=⊕ top=⊤ perp=⊥
    ldots=… dots=… cdots=⋯ langle=⟨ rangle=⟩ lfloor=⌊ rfloor=⌋ lceil=⌈ rceil=⌉ mid=| vert=| Vert=‖ degree=° textdegree=° dagger=† S=§ ss=ß ae=æ o=ø L=Ł l=ł aa=å`),
  ...Object.fromEntries("log ln exp min max sup inf sin cos tan arg argmin argmax det dim poly Pr lim".split(" ").map((word) => [word, word])),
};
const SILENT = new Set(["left", "right", "big", "Big", "bigl", "bigr", "displaystyle", "limits", "rm", "bf", "it", "em", "cal", "nolinebreak"]);
const ESCAPED: Record<string, string> = { "%": "%", "&": "&", "$": "$", "#": "#", "_": "_", "{": "{", "}": "}" };
const ACCENTS: Record<string, string> = { "'": "\u0301", "`": "\u0300", "^": "\u0302", '"': "\u0308", "~": "\u0303", "=": "\u0304", ".": "\u0307", c: "\u0327", v: "\u030c", u: "\u0306", H: "\u030b" };
const OVER: Record<string, string> = { tilde: "\u0303", widetilde: "\u0303", Tilde: "\u0303", hat: "\u0302", widehat: "\u0302", bar: "\u0304", overline: "\u0304", vec: "\u20d7", dot: "\u0307" };
const DOUBLE: Record<string, string> = { R: "ℝ", N: "ℕ", Z: "ℤ", Q: "ℚ", C: "ℂ", E: "𝔼", P: "ℙ", S: "𝕊" };
const ENTITIES: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: "\u00a0", ndash: "–", mdash: "—" };
const RAISED = Object.fromEntries([..."0123456789+-=()ni"].map((sign, at) => [sign, [..."⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱ"][at]]));
const LOWERED = Object.fromEntries([..."0123456789+-=()ijnk"].map((sign, at) => [sign, [..."₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ᵢⱼₙₖ"][at]]));

const MARKUP = /[\\$<&]/;
const MATHS = /\$\$?(?=\S)([^$\n]{0,200}?[^\s\\$])\$\$?(?!\d)|\\\(([^\n]{1,200}?)\\\)/y;
const TAG = /<(\/?)(\w+)>/y;
const ENTITY = /&(?:#(\d{1,6})|#x([0-9a-f]{1,5})|(\w{2,5}));/iy;
const OLD_STYLES: Record<string, Tag | ""> = { em: "i", it: "i", sl: "i", bf: "b", tt: "code", sc: "", rm: "", sf: "" };
const OLD_STYLE = /\{\\(em|it|sl|bf|tt|sc|rm|sf)\s+/y;
const COMMAND = /\\([a-zA-Z]+)/y;

class Reader {
  readonly runs: Run[] = [];
  private at = 0;
  private maths = 0;
  /** Open groups: what closes each, and its element. */
  private readonly open: { close: string; tag: Tag | ""; over?: string }[] = [];

  constructor(private readonly source: string) {
    while (this.at < source.length) this.step();
  }

  private put(length: number, text: string): void {
    const tags = [...new Set(this.open.flatMap(({ tag }) => (tag ? [tag] : [])))];
    const last = this.runs[this.runs.length - 1];
    const end = this.at + length;
    // Plain text stays together: as long in the source as it is shown.
    if (last && text.length === length && last.text.length === last.end - last.start && last.tags.join() === tags.join()) {
      last.text += text;
      last.end = end;
    } else this.runs.push({ start: this.at, end, text, tags });
    this.at = end;
  }

  private match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.at;
    return pattern.exec(this.source);
  }

  /** Whether a group that opens at `from` closes within reach, so that no text after it is lost. */
  private closes(from: number): boolean {
    let depth = 0;
    for (let at = from; at < Math.min(this.source.length, from + 400); at++) {
      if (this.source[at] === "\\") at += 1;
      else if (this.source[at] === "{") depth += 1;
      else if (this.source[at] === "}" && --depth === 0) return true;
    }
    return false;
  }

  private step(): void {
    const sign = this.source[this.at];
    const innermost = this.open[this.open.length - 1];
    if (innermost && this.source.startsWith(innermost.close, this.at)) {
      this.open.pop();
      if (innermost.close === "$" || innermost.close === "$$" || innermost.close === "\\)") this.maths -= 1;
      return this.put(innermost.close.length, "");
    }
    if (sign === "\\") return this.command();
    if (!this.maths && sign === "$") return this.formula();
    if (!this.maths && sign === "<") return this.tag();
    if (sign === "{" && this.closes(this.at)) {
      const found = this.match(OLD_STYLE);
      if (found) return this.group(found[0].length, OLD_STYLES[found[1]]);
    }
    if (sign === "&") return this.entity();
    if (this.maths) {
      if (sign === "^" || sign === "_") return this.script(sign === "^" ? "sup" : "sub");
      if (sign === "{" && this.closes(this.at)) return this.group(1, "");
      if (sign === "~") return this.put(1, "\u00a0");
    }
    this.put(1, sign);
  }

  private group(length: number, tag: Tag | ""): void {
    this.put(length, "");
    this.open.push({ close: "}", tag });
  }

  private formula(): void {
    const found = this.match(MATHS);
    const sign = found?.[0].startsWith("\\(") ? "\\)" : found?.[0].startsWith("$$") ? "$$" : "$";
    if (!found || !found[0].endsWith(sign)) return this.put(1, this.source[this.at]);
    this.put(sign.length, "");
    this.open.push({ close: sign, tag: "" });
    this.maths += 1;
  }

  private script(tag: Tag): void {
    if (this.source[this.at + 1] === "{" && this.closes(this.at + 1)) return this.group(2, tag);
    const next = this.source[this.at + 1];
    if (!next || /[\s$}]/.test(next)) return this.put(1, this.source[this.at]);
    this.put(1, "");
    // One sign, or one command, stands in the script.
    const marker = { close: "\0", tag };
    this.open.push(marker);
    this.step();
    const at = this.open.indexOf(marker);
    if (at === this.open.length - 1) this.open.pop();
    else if (at >= 0) this.open.splice(at, 1);
  }

  private command(): void {
    const found = this.match(COMMAND);
    const second = this.source[this.at + 1] ?? "";
    if (!found) {
      if (second === "(" && !this.maths) return this.formula();
      if (second in ESCAPED) return this.put(2, ESCAPED[second]);
      if (this.maths && /[,;:! ]/.test(second)) return this.put(2, second === "!" ? "" : "\u2009");
      if (this.maths && second === "|") return this.put(2, "‖");
      return this.accent(2, second);
    }
    const name = found[1];
    const after = this.at + found[0].length;
    if (this.source[after] === "{" && this.closes(after)) {
      if (name in STYLES) return this.group(found[0].length + 1, STYLES[name]);
      const single = /\{\s*(\\[a-zA-Z]+|[^\\{}])\s*\}/y;
      single.lastIndex = after;
      const inside = single.exec(this.source);
      const shown = inside && (inside[1].startsWith("\\") ? SIGNS[inside[1].slice(1)] : inside[1]);
      if (shown && name === "mathbb") return this.put(found[0].length + inside[0].length, DOUBLE[shown] ?? shown);
      if (shown && name in OVER) return this.put(found[0].length + inside[0].length, (shown + OVER[name]).normalize("NFC"));
      if (name === "mathbb" || name in OVER) return this.group(found[0].length + 1, "");
      if (name === "sqrt") return this.put(found[0].length, "√");
      if (name === "frac" && this.maths) return this.fraction(found[0].length);
    }
    if (name === "mathbb" && this.maths && /^\s*[A-Z]/.test(this.source.slice(after))) return this.put(found[0].length, "");
    if (name in SIGNS && (this.maths || SIGNS[name] !== name)) return this.put(found[0].length, SIGNS[name]);
    const over = name in OVER && this.maths && /^ [a-zA-Z]/.test(this.source.slice(after, after + 2));
    if (over) return this.put(found[0].length + 2, (this.source[after + 1] + OVER[name]).normalize("NFC"));
    if (SILENT.has(name) && this.maths) return this.put(found[0].length, "");
    if (this.maths && this.source[after] === "{" && this.closes(after)) return this.unknown(after);
    this.accent(2, second);
  }

  /** A command that nothing is known of stays as written, with the group after it. */
  private unknown(after: number): void {
    let depth = 0;
    let end = after;
    do {
      if (this.source[end] === "{") depth += 1;
      else if (this.source[end] === "}") depth -= 1;
      end += 1;
    } while (depth);
    this.put(end - this.at, this.source.slice(this.at, end));
  }

  private fraction(length: number): void {
    const parts = /\{([^{}]*)\}\{([^{}]*)\}/y;
    parts.lastIndex = this.at + length;
    const found = parts.exec(this.source);
    if (!found) return this.put(length, "");
    const [over, under] = [found[1], found[2]].map((part) => plain(`$${part.trim()}$`));
    const whole = (part: string) => (/^[\p{L}\p{N}√²³]+$/u.test(part) ? part : `(${part})`);
    this.put(length + found[0].length, `${whole(over)}/${whole(under)}`);
  }

  private accent(length: number, sign: string): void {
    const base = /\s*(?:\{\s*(\\?[a-zA-Z])\s*\}|([a-zA-Z]))/y;
    base.lastIndex = this.at + length;
    const found = !this.maths && sign in ACCENTS && (!/[a-zA-Z]/.test(sign) || this.source[this.at + length] === "{") ? base.exec(this.source) : null;
    if (!found) return this.put(1, "\\");
    const letter = (found[1] ?? found[2]).replace(/^\\/, "");
    this.put(length + found[0].length, (letter + ACCENTS[sign]).normalize("NFC"));
  }

  private tag(): void {
    const found = this.match(TAG);
    const name = found?.[2].toLowerCase() ?? "";
    const close = `</${found?.[2]}>`;
    if (!found || found[1] || !(name in HTML) || !this.source.includes(close, this.at)) return this.put(1, "<");
    this.put(found[0].length, "");
    this.open.push({ close, tag: HTML[name] });
  }

  private entity(): void {
    const found = this.match(ENTITY);
    const code = found && (found[1] ? Number(found[1]) : found[2] ? parseInt(found[2], 16) : 0);
    const shown = found && (code ? (code > 31 && code < 0xd800 ? String.fromCharCode(code) : undefined) : ENTITIES[found[3]?.toLowerCase()]);
    if (found && shown) this.put(found[0].length, shown);
    else this.put(1, "&");
  }
}

export function runs(source: string): Run[] {
  if (!MARKUP.test(source)) return [{ start: 0, end: source.length, text: source, tags: [] }];
  return new Reader(source).runs;
}

/** The text alone; small digits where a script has them. */
export function plain(source: string): string {
  if (!MARKUP.test(source)) return source;
  return runs(source).map(({ text, tags }) => {
    const signs = tags.includes("sup") ? RAISED : tags.includes("sub") ? LOWERED : null;
    if (!signs || !text) return text;
    if ([...text].every((sign) => sign in signs)) return [...text].map((sign) => signs[sign]).join("");
    return `${signs === RAISED ? "^" : "_"}${text.length > 1 ? `(${text})` : text}`;
  }).join("");
}
