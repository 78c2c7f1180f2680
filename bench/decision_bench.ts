import { validate, wireForm } from "./bare_valibot.ts";
import { DECISIONS, makeAgent, OneDecision } from "./agents.ts";

const STOPS = { TOOL_CALL: "tool", MOVE: "move", RESPOND: undefined, END: undefined } as const;

for (const decision of DECISIONS) {
  const { action } = decision;
  const group = `a decision: ${action}`;
  const output = wireForm(decision);
  Deno.bench(`${action}, bare valibot`, { group, baseline: true }, () => validate(output));

  const stopAfter = STOPS[action];
  const options = stopAfter === undefined ? {} : { stopAfter };
  for (const isValidating of [false, true]) {
    const agent = makeAgent(new OneDecision(decision, { validate: isValidating }));
    const name = isValidating ? "validating mock" : "mock as it is";
    Deno.bench(`${action}, ${name}`, { group }, async () => {
      await agent.createSession().next("hello", options);
    });
  }
}
