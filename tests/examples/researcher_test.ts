import { decide, MockLLM } from "@nomos/agent";
import { explore } from "@nomos/agent/testing";
import { assertEquals, assertStringIncludes } from "@std/assert";
import { createResearcher } from "../../examples/researcher.ts";
import { documentedCommands, runDocumented, runReal } from "./documented_command.ts";

Deno.test("the researcher has no dead end", async () => {
  (await explore(createResearcher(new MockLLM()))).assertComplete();
});

Deno.test("the researcher streams from its own server, as documented", async () => {
  const [offline] = await documentedCommands("researcher.ts");
  const lines = (await runDocumented(offline!)).trim().split("\n");
  assertEquals(lines.map((line) => line.slice(0, 14)), [
    "[search_notes]",
    "[search_notes]",
    "Bitter compoun",
    "(900 tokens re",
  ]);
});

Deno.test("the researcher streams from a real server, as documented", async () => {
  const [, real] = await documentedCommands("researcher.ts");
  const printed = await runReal(real!, [
    decide.call("search_notes", { word: "grind" }),
    decide.move("report"),
    decide.respond("It is ground too fine"),
  ]);
  assertStringIncludes(printed, "It is ground too fine\n(30 tokens read, 15 written)");
});
