// The page of `kg serve`: the overview comes first, the rest when it is asked for.

import { assemble, type Raw } from "./data";
import { start } from "./main";
import { QueryTab } from "./query";
import { answered, Remote } from "./remote";
import { addView } from "./views";

let graph = "";

async function overview() {
  const answer = await fetch("api/overview");
  graph = answer.headers.get("Litkg-Graph") ?? "";
  return assemble(await answered<Raw>(answer));
}

void start(overview(), (model) => {
  const remote = new Remote(model, graph);
  const tabs = { sparql: new QueryTab("sparql", remote), cypher: new QueryTab("cypher", remote) };
  addView("sparql", "SPARQL", (_model, _state, _selection, go) => tabs.sparql.show(go));
  addView("cypher", "Cypher", (_model, _state, _selection, go) => tabs.cypher.show(go));
  return remote;
}).catch((error: Error) => {
  document.getElementById("app")!.textContent = error.message;
});
