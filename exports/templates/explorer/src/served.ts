// The page of `kg serve`: the overview comes first, the rest when it is asked for.

import { assemble, type Raw } from "./data";
import { start } from "./main";
import { answered, Remote } from "./remote";

let graph = "";

async function overview() {
  const answer = await fetch("api/overview");
  graph = answer.headers.get("Litkg-Graph") ?? "";
  return assemble(await answered<Raw>(answer));
}

void start(overview(), (model) => new Remote(model, graph)).catch((error: Error) => {
  document.getElementById("app")!.textContent = error.message;
});
