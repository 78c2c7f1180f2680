/**
 * Floor of many figures: bare valibot, with handwritten equivalents of the schemas that the
 * core builds.
 *
 * @module
 */
import { decide, type Decision } from "@nomos/agent";
import * as v from "valibot";

/** Makes the decision schema of a step with these tools and a route to `end`. */
export function makeBareSchema(
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

const schema = makeBareSchema(["test_tool"], () => v.object({ arg0: v.string() }));

/** Converts a decision to the output of a model, which is validated. */
export function toOutput({ reasoning, ...decision }: Decision): unknown {
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
].map(toOutput);

/** Validates each of the three decisions of the profile scenario once. */
export function validateScenario(): void {
  for (const output of scenario) validate(output);
}
