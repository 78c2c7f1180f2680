/**
 * `deno task check`: runs the checks of this repository. Prints one line for each problem, and
 * exits with 1 if there is one.
 *
 * @module
 */
import { checkExample } from "./example.ts";
import { checkFeatureTable } from "./feature_table.ts";
import { findLongFiles, findMachinePaths, readFiles } from "./files.ts";
import { readModuleGraph } from "./module_graph.ts";
import { checkRooms } from "./rooms.ts";

const root = new URL("../../", import.meta.url);
const files = await readFiles(root);
const core = [...files.keys()].filter((path) => /^(?:mod|src\/.*)\.ts$/.test(path));

const problems = [
  ...findLongFiles(files),
  ...findMachinePaths(files),
  ...checkFeatureTable(files),
  ...checkRooms(await readModuleGraph(root, core)),
  ...await checkExample(root),
];

for (const problem of problems) console.error(problem);
if (problems.length > 0) Deno.exit(1);
console.log("No problems in files, features, rooms and the example");
