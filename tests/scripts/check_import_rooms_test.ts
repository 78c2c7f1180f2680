import { assertEquals } from "@std/assert";
import {
  checkImportRooms,
  findForbiddenImports,
  findImportsOfErrors,
} from "../../scripts/check/import_rooms.ts";

function forbiddenIn(sources: Record<string, string>): string[] {
  return findForbiddenImports(new Map(Object.entries(sources)));
}

Deno.test("findForbiddenImports() allows valibot, its converter and the core's own rooms", () => {
  assertEquals(
    forbiddenIn({
      "mod.ts": 'export { a } from "./src/a.ts"; export { m } from "./src/store/memory.ts";',
      "src/a.ts": 'import * as v from "valibot"; import "@valibot/to-json-schema";',
      "src/store/memory.ts": "export const m = 1;",
    }),
    [],
  );
});

Deno.test("findForbiddenImports() names a closed room with the way to it, not what lies behind", () => {
  assertEquals(
    forbiddenIn({
      "mod.ts": 'export { a } from "./src/a.ts";',
      "src/a.ts": 'import { openai } from "./provider/openai.ts";',
      "src/provider/openai.ts": 'import "npm:openai";',
    }),
    [
      'src/a.ts: the core must not import "src/provider/openai.ts": ' +
      "mod.ts → src/a.ts → src/provider/openai.ts",
    ],
  );
});

Deno.test("findForbiddenImports() closes every room with an entry point of its own", () => {
  const rooms = ["config/a", "server/a", "cli/a", "testing/a", "profile/a", "store/sqlite"];
  const sources = Object.fromEntries(
    [...rooms, "store/postgres/a"].map((room) => [`src/${room}.ts`, "export const a = 1;"]),
  );
  const imports = Object.keys(sources).map((path) => `import "./${path}";`);
  assertEquals(forbiddenIn({ ...sources, "mod.ts": imports.join("\n") }).length, imports.length);
});

Deno.test("findForbiddenImports() refuses other packages and files that are not there", () => {
  assertEquals(
    forbiddenIn({ "mod.ts": 'import "node:fs"; import "zod"; import "./src/gone.ts";' }),
    [
      'mod.ts: the core must not import "node:fs": mod.ts → node:fs',
      'mod.ts: the core must not import "zod": mod.ts → zod',
      'mod.ts: the core must not import "src/gone.ts": mod.ts → src/gone.ts',
    ],
  );
});

Deno.test("findForbiddenImports() lets types come from anywhere", () => {
  assertEquals(forbiddenIn({ "mod.ts": 'export type { A } from "./src/testing/a.ts";' }), []);
});

Deno.test("findImportsOfErrors() refuses every import, of types too", () => {
  assertEquals(findImportsOfErrors("export class GraphError extends Error {}"), []);
  assertEquals(findImportsOfErrors('import type { State } from "./state.ts";'), [
    'src/errors.ts: must not import "./state.ts": it must import nothing',
  ]);
});

Deno.test("checkImportRooms() wants the modules it looks at to be there", () => {
  assertEquals(checkImportRooms(new Map()).problems, [
    "mod.ts: must be there",
    "src/errors.ts: must be there",
  ]);
});
