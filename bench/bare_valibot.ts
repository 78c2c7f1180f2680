/**
 * The floor of every figure: bare valibot on the decisions of the profile
 * scenario, with schemas written by hand that say the same.
 *
 * @module
 */
import { decide } from "@nomos/agent";
import * as v from "valibot";

const args = v.object({ arg0: v.string() });

const schema = v.strictObject({
  reasoning: v.array(v.string()),
  decision: v.variant("action", [
    v.strictObject({ action: v.literal("RESPOND"), response: v.string() }),
    v.strictObject({
      action: v.literal("TOOL_CALL"),
      calls: v.pipe(
        v.array(v.variant("tool", [
          v.strictObject({
            tool: v.literal("test_tool"),
            args: v.custom<object>((value) => typeof value === "object" && value !== null),
          }),
        ])),
        v.minLength(1),
        v.maxLength(16),
      ),
    }),
    v.strictObject({ action: v.literal("MOVE"), step: v.picklist(["end"]) }),
    v.strictObject({ action: v.literal("END"), response: v.nullish(v.string()) }),
  ]),
});

const outputs = [
  decide.respond("ok"),
  decide.call("test_tool", { arg0: "a" }),
  decide.move("end"),
].map(({ reasoning, ...decision }) => ({ reasoning, decision }));

/** Validates the three decisions, each once: the decision, then the arguments of a call. */
export function validateScenario(): void {
  for (const output of outputs) {
    const { decision } = v.parse(schema, output);
    if (decision.action === "TOOL_CALL") v.parse(args, decision.calls[0]!.args);
  }
}
