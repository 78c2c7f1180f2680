import { DECISIONS, makeAgent, OneDecision } from "./agents.ts";
import { validate, wireForm } from "./bare_valibot.ts";

const group = "MockLLM, one call";
const decision = DECISIONS[1]!;
const output = wireForm(decision);

/** A request as an agent makes it. */
async function requestFor(llm: OneDecision) {
  await makeAgent(llm).createSession().next("hello", { stopAfter: "tool" });
  return llm.requests[0]!;
}

Deno.bench("bare valibot", { group, baseline: true }, () => validate(output));

for (const isValidating of [false, true]) {
  const llm = new OneDecision(decision, { validate: isValidating });
  const request = await requestFor(llm);
  const name = isValidating ? "with validation" : "without validation";
  Deno.bench(name, { group }, async () => void await llm.decide(request));
}
