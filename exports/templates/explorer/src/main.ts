// Puts the page together: header, controls, map, panel; the address decides what is shown.

import { Controls } from "./controls";
import { read, type Entity } from "./data";
import { h } from "./dom";
import { MapView } from "./map";
import { Panel } from "./panel";
import { Search } from "./search";
import { format, parse, visible } from "./state";
import { papers, plural, t } from "./words";

async function start(): Promise<void> {
  const model = await read(document.getElementById("data")!);
  let state = parse(location.hash, model);
  const panel = new Panel(model, state);
  const search = new Search(model, (view) => panel.to(view));
  const controls = new Controls(model, (part) => {
    // Filters replace the address: stepping back should leave a view, not undo a slider.
    history.replaceState(null, "", `#${format({ ...state, ...part }, model)}`);
    show(false);
  });
  const all = model.entityCounts.reduce((sum, count) => sum + count, 0);
  const host = h("div", { id: "map", role: "region", "aria-label": t("Map"), tabindex: "-1" });
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
      model.entities.length < all ? h("p", { class: "notice" }, t("Showing {} of {} entities: those named in most papers.", model.entities.length, all)) : null,
      filters),
    h("main", {}, host, tools),
    aside,
  );
  const wide = matchMedia("(min-width: 761px)");
  const fold = () => (filters.open = wide.matches);
  wide.addEventListener("change", fold);
  fold();

  const go = (view: Parameters<Panel["to"]>[0]) => (location.hash = panel.to(view));
  let map: MapView | null = null;
  if (model.entities.length) {
    try {
      map = new MapView(host, model, state, {
        entity: (entity) => go({ entity }),
        pair: (pair) => go({ pair }),
        nothing: () => (state.entity || state.pair || state.paper) && go({}),
      });
      const button = (label: string, sign: string, act: () => void) => {
        const made = h("button", { type: "button", "aria-label": label, title: label }, sign);
        made.addEventListener("click", act);
        return made;
      };
      const reset = () => {
        history.pushState(null, "", "#");
        show(true);
      };
      tools.append(button(t("Zoom in"), "+", () => map!.zoom(1 / 1.6)), button(t("Zoom out"), "−", () => map!.zoom(1.6)), button(t("Reset view"), "⌂", reset));
    } catch (error) {
      console.warn(error);
      host.replaceChildren(h("p", { class: "empty" }, t("This browser cannot draw the map (WebGL is off). Search, lists and panels work.")));
    }
  } else host.replaceChildren(h("p", { class: "empty" }, t("This graph has no entities yet.")));

  let last = "";
  function show(travel: boolean, first = false): void {
    state = parse(location.hash, model);
    const view = format({ ...state, hidden: new Set(), least: model.least, years: undefined, lines: "all" }, model);
    const { heading, content } = panel.render(state);
    const chosen = Boolean(state.entity || state.pair || state.paper);
    aside.classList.toggle("chosen", chosen);
    aside.setAttribute("aria-label", heading);
    document.title = chosen ? `${heading} · ${model.corpus}` : model.corpus;
    body.replaceChildren(content);
    if (view !== last) {
      body.scrollTop = 0;
      // What had the focus is gone with the old content; readers of screens go on from the new one.
      if (!first && document.activeElement?.tagName !== "INPUT") body.focus({ preventScroll: true });
    }
    last = view;
    controls.render(state, model.entities.filter((entity) => visible(entity, state)).length);
    if (!first || travel) map?.update(state, travel);
  }
  back.addEventListener("click", () => history.back());
  close.addEventListener("click", () => go({}));
  addEventListener("hashchange", () => show(true));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented && (state.entity || state.pair || state.paper)) go({});
  });
  show(Boolean(state.entity || state.pair || state.paper), true);

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

void start();
