// The page on disk: the graph stands in it.

import { read } from "./data";
import { start } from "./main";

void start(read(document.getElementById("data")!));
