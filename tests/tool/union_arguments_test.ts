import { assertEquals } from "@std/assert";
import * as v from "valibot";
import { z } from "zod";
import { Agent, decide, MockLLM, type StandardSchema, Tool } from "@nomos/agent";

Deno.test("A tool is called with arguments that are a union of objects at their root", async () => {
  const card = { kind: "card", number: "1" } as const;
  const libraries = [
    v.variant("kind", [
      v.object({ kind: v.literal("card"), number: v.string() }),
      v.object({ kind: v.literal("cash") }),
    ]),
    z.discriminatedUnion("kind", [
      z.object({ kind: z.literal("card"), number: z.string() }),
      z.object({ kind: z.literal("cash") }),
    ]),
  ];
  for (const args of libraries as StandardSchema<unknown, Record<string, unknown>>[]) {
    const seen: unknown[] = [];
    const pay = new Tool({
      name: "pay",
      description: "",
      args,
      run: (args) => void seen.push(args),
    });
    const llm = new MockLLM([
      decide.call("pay", card),
      decide.call("pay", { kind: "cash" }),
      decide.end(),
    ]);
    const steps = { pay: { description: "", tools: [pay] } };
    const agent = new Agent({ name: "a", llm, start: "pay", steps });
    await agent.createSession().next("Pay");
    assertEquals(seen, [card, { kind: "cash" }]);
  }
});
