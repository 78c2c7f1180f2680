/**
 * Runs the repository's own checks: `deno run --allow-all scripts/check/main.ts`.
 *
 * Prints one line for each problem and ends with code 1 if there is any.
 *
 * @module
 */
import { checkCycles } from "./cycles.ts";
import { checkFileLength } from "./file_length.ts";
import { readCore, readFolders, readTracked } from "./files.ts";
import { checkImportRooms } from "./import_rooms.ts";
import { checkNodeBundle } from "./node_bundle.ts";
import { checkPermissions } from "./permissions.ts";
import { checkWords } from "./words.ts";

const root = new URL("../../", import.meta.url);
const core = await readCore(root);

const reports = [
  checkCycles(core),
  checkImportRooms(core),
  checkFileLength(await readFolders(root, ["src", "scripts", "bench", "tests", "examples"])),
  checkWords(await readTracked(root)),
  await checkPermissions(root),
  await checkNodeBundle(root),
];

for (const note of reports.flatMap(({ notes }) => notes ?? [])) console.log(note);
const problems = reports.flatMap(({ problems }) => problems);
for (const problem of problems) console.error(problem);
if (problems.length > 0) Deno.exit(1);
console.log(`${reports.length} checks, no problems`);
