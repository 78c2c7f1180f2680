/**
 * The floor of many figures: bare valibot, with schemas written by hand that
 * say the same as those the core builds.
 *
 * @module
 */
import { decide, type Decision } from "@nomos/agent";
import * as v from "valibot";

/** A decision schema for a step with these tools and a route to `end`. */
export function bareSchema(
  tools: readonly string[],
  args: () => v.GenericSchema,
): v.GenericSchema {
  return v.strictObject({
    reasoning: v.array(v.string()),
    decision: v.variant("action", [
      v.strictObject({ action: v.literal("RESPOND"), response: v.string() }),
      v.strictObject({
        action: v.literal("TOOL_CALL"),
        calls: v.pipe(
          v.array(
            v.variant(
              "tool",
              tools.map((tool) => v.strictObject({ tool: v.literal(tool), args: args() })),
            ),
          ),
          v.minLength(1),
          v.maxLength(16),
        ),
      }),
      v.strictObject({ action: v.literal("MOVE"), step: v.picklist(["end"]) }),
      v.strictObject({ action: v.literal("END"), response: v.nullish(v.string()) }),
    ]),
  });
}

const schema = bareSchema(["test_tool"], () => v.object({ arg0: v.string() }));

/** A decision as a model sends it, which is what is validated. */
export function wireForm({ reasoning, ...decision }: Decision): unknown {
  return { reasoning, decision };
}

/** Validates one output. */
export function validate(output: unknown): void {
  v.parse(schema, output);
}

const scenario = [
  decide.respond("ok"),
  decide.call("test_tool", { arg0: "a" }),
  decide.move("end"),
].map(wireForm);

/** Validates the three decisions of the profile scenario, each once. */
export function validateScenario(): void {
  for (const output of scenario) validate(output);
}
