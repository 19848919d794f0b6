// Puts the page together: header, controls, map, panel; the address decides what is shown.

import { Controls } from "./controls";
import type { Beyond } from "./beyond";
import { other, type Entity, type Model } from "./data";
import { h } from "./dom";
import { listen } from "./keyboard";
import { MapView, readColours } from "./map";
import { Panel } from "./panel";
import { Search } from "./search";
import { Selection } from "./selection";
import { aimed, chosen, format, parse, type State, type Target } from "./state";
import { Views } from "./views";
import { papers, plural, t } from "./words";

/** Show a graph; where a server stands behind the page, `reach` gives what lies beyond the model. */
export async function start(reading: Promise<Model>, reach?: (model: Model) => Beyond): Promise<void> {
  const model = await reading;
  const beyond = reach?.(model);
  let state = parse(location.hash, model);
  let selection = new Selection(model, state);
  const panel = new Panel(model, state, selection, beyond);
  const search = new Search(model, (view) => panel.to(view), undefined, beyond);
  const controls = new Controls(model, (part) => {
    // Filters replace the address: stepping back should leave a view, not undo a slider.
    history.replaceState(null, "", `#${format({ ...state, ...part }, model)}`);
    show(false);
  });
  const targets = ["entity", "pair", "cell", "paper", "among"];
  const address = (part: Partial<State>) => `#${format(targets.some((name) => name in part) ? aimed(state, part) : { ...state, ...part }, model)}`;
  const views = new Views(model, address, readColours);
  const all = model.entityCounts.reduce((sum, count) => sum + count, 0);
  const notice = h("p", { class: "notice" });
  const alert = h("p", { class: "alert", role: "alert" });
  const host = h("div", { id: "map", role: "region", "aria-label": t("Map"), tabindex: "-1" });
  const keys = h("p", { id: "keys", class: "unseen" }, t("Arrow keys move between shapes, Enter opens one, plus and minus zoom, 0 shows all."));
  const spoken = h("p", { id: "spoken", class: "unseen", role: "status" });
  const back = h("button", { type: "button", class: "back", "aria-label": t("Back") }, "←");
  const home = h("a", { class: "home", href: "#" }, t("Overview"));
  const close = h("button", { type: "button", class: "close", "aria-label": t("Close") }, "×");
  const body = h("div", { class: "body", tabindex: "-1" });
  const aside = h("aside", { id: "panel", "aria-label": t("Overview") }, h("div", { class: "bar" }, back, home, close), body);
  const tools = h("div", { class: "tools" });
  const filters = h("details", { class: "filters" }, h("summary", {}, h("span", {}, t("Filters")),
    ...[3, 2, 0, 1].map((type) => h("span", { class: "key" }, h("i", { class: `dot t${type}` }), plural(model.types[type])))), controls.element);
  document.getElementById("app")!.replaceChildren(
    h("header", { id: "side" },
      h("p", { class: "eyebrow" }, t("literature map")),
      h("h1", { dir: "auto" }, model.corpus),
      h("p", { class: "facts" }, `${papers(model.paperCount)} · ${t("{} entities", all)}`),
      search.element,
      notice, alert,
      filters),
    h("main", {}, views.bar, h("div", { class: "stage" }, host, tools, views.host, keys, spoken)),
    aside,
  );
  const wide = matchMedia("(min-width: 761px)");
  const fold = () => (filters.open = wide.matches);
  wide.addEventListener("change", fold);
  fold();

  const go = (target: Target) => (location.hash = panel.to(target));
  let map: MapView | null = null;
  if (model.entities.length) {
    try {
      map = new MapView(host, model, state, selection, {
        entity: (entity) => go({ entity }),
        pair: (pair) => go({ pair }),
        nothing: () => chosen(state) && go({}),
      });
      views.map = map;
      const button = (label: string, sign: string, act: () => void) => {
        const made = h("button", { type: "button", "aria-label": label, title: label }, sign);
        made.addEventListener("click", act);
        return made;
      };
      const reset = () => {
        history.pushState(null, "", "#");
        show(true);
      };
      const tell = (entity: Entity) => {
        const around = entity.pairs.filter((pair) => selection.visible(other(pair, entity), 1)).length;
        spoken.textContent = `${entity.name}, ${t(model.types[entity.type])}, ${papers(selection.papers(entity))}, ${t("{} lines", around)}`;
      };
      for (const [name, value] of [["role", "application"], ["aria-describedby", "keys"], ["tabindex", "0"]]) host.setAttribute(name, value);
      listen(host, map, tell, { reset, open: (entity) => {
        go({ entity });
        body.focus({ preventScroll: true });
      } });
      tools.append(button(t("Zoom in"), "+", () => map!.zoom(1 / 1.6)), button(t("Zoom out"), "−", () => map!.zoom(1.6)), button(t("Reset view"), "⌂", reset));
    } catch (error) {
      console.warn(error);
      host.replaceChildren(h("p", { class: "empty" }, t("This browser cannot draw the map (WebGL is off). Search, lists and panels work.")));
    }
  } else host.replaceChildren(h("p", { class: "empty" }, t("This graph has no entities yet.")));

  let last = "";
  function show(travel: boolean, first = false): void {
    state = parse(location.hash, model);
    selection = new Selection(model, state);
    const { entity, to, wide, pair, cell, paper, among } = state;
    const target = format(aimed(parse("", model), { entity, to, wide, pair, cell, paper, among }), model);
    const { heading, content } = panel.render(state, selection);
    aside.classList.toggle("chosen", chosen(state));
    aside.setAttribute("aria-label", heading);
    document.title = chosen(state) ? `${heading} · ${model.corpus}` : model.corpus;
    const beside = state.view !== "map";
    host.inert = tools.inert = beside;
    tools.hidden = beside;
    body.replaceChildren(content);
    views.render(state, selection);
    if (target !== last) {
      body.scrollTop = 0;
      // What had the focus is gone with the old content; readers of screens go on from the new one.
      if (!first && document.activeElement === document.body) body.focus({ preventScroll: true });
    }
    last = target;
    controls.render(state, selection);
    notice.textContent = model.entities.length >= all ? "" : beyond ? t("Showing {} of {} entities; search finds all.", model.entities.length, all)
      : t("Showing {} of {} entities: those named in most papers.", model.entities.length, all);
    if (!first || travel) map?.update(state, selection, travel);
  }
  back.addEventListener("click", () => history.back());
  close.addEventListener("click", () => go({}));
  /** Show what an address names: at once what is here, then what was fetched for it. */
  async function arrive(first = false): Promise<void> {
    const asked = location.hash;
    alert.textContent = "";
    if (first || !beyond?.lacks(asked)) show(first ? chosen(state) : true, first);
    try {
      if ((await beyond?.bring(asked)) && asked === location.hash) show(true);
    } catch (error) {
      if (asked === location.hash) alert.textContent = (error as Error).message;
    }
  }
  addEventListener("hashchange", () => void arrive());
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented || !chosen(state)) return;
    if (map && state.view === "map" && aside.contains(document.activeElement)) host.focus();
    go({});
  });
  void arrive(true);

  // For pages that embed this one, and for tests.
  Object.assign(window, {
    explorer: { position: (iri: string) => map && place(model.byIri.get(iri)) },
  });
  function place(entity: Entity | undefined) {
    return entity && map!.position(entity);
  }
  requestAnimationFrame(() => requestAnimationFrame(() => {
    document.documentElement.dataset.ready = String(Math.round(performance.now()));
  }));
}
