import { decide, MockLLM } from "@nomos/agent";
import { explore } from "@nomos/agent/testing";
import { assertEquals, assertStringIncludes } from "@std/assert";
import { createTriage } from "../../examples/triage.ts";
import { documentedCommands, runDocumented, runReal } from "./documented_command.ts";

Deno.test("the triage has no dead end", async () => {
  (await explore(createTriage(new MockLLM()))).assertComplete();
});

Deno.test("the triage asks both specialists without a permission, as documented", async () => {
  const [offline] = await documentedCommands("triage.ts");
  const lines = (await runDocumented(offline!)).trim().split("\n");
  assertEquals(lines.length, 4);
  assertStringIncludes(lines[1]!, "[ask_operations]");
  assertStringIncludes(lines[2]!, "[ask_billing]");
});

Deno.test("the triage asks a specialist with a real model, as documented", async () => {
  const [, real] = await documentedCommands("triage.ts");
  const printed = await runReal(real!, [
    decide.call("ask_billing", { input: "What was October?" }),
    decide.call("find_invoice", { month: "october" }),
    decide.respond("10 seats"),
    decide.respond("You had 10 seats"),
  ]);
  assertStringIncludes(printed, "10 seats\nTriage: You had 10 seats");
});
