import { toOutput, validate } from "./bare_valibot.ts";
import { benchGroup, DECISIONS, ForgetfulLLM, makeAgent } from "./agents.ts";

const STOPS = { TOOL_CALL: "tool", MOVE: "move", RESPOND: undefined, END: undefined } as const;

for (const decision of DECISIONS) {
  const { action } = decision;
  const output = toOutput(decision);
  const stopAfter = STOPS[action];
  const options = stopAfter === undefined ? {} : { stopAfter };
  const [asItIs, validating] = [false, true].map((validate) => {
    const agent = makeAgent(new ForgetfulLLM([decision], { validate }));
    return async () => void await agent.createSession().next("hello", options);
  });
  benchGroup(`a decision: ${action}`, {
    [`${action}, bare valibot`]: () => validate(output),
    [`${action}, mock as it is`]: asItIs!,
    [`${action}, validating mock`]: validating!,
  });
}

const called = DECISIONS[1]!;
const output = toOutput(called);
const [unvalidated, validated] = await Promise.all([false, true].map(async (validate) => {
  const llm = new ForgetfulLLM([called], { validate });
  // Plays a turn to obtain a request as an agent makes it.
  await makeAgent(llm).createSession().next("hello", { stopAfter: "tool" });
  const request = llm.requests[0]!;
  return async () => void await llm.decide(request);
}));
benchGroup("MockLLM, one call", {
  "bare valibot": () => validate(output),
  "without validation": unvalidated!,
  "with validation": validated!,
});
