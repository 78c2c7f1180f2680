import type { Observer } from "@nomos/agent/observer";
import { otel } from "@nomos/agent/otel";
import { benchGroup, DECISIONS, ForgetfulLLM, makeTalkingAgent, type Work } from "./agents.ts";

/** Times a turn with observers. */
function timeTurn(...observers: readonly Observer[]): Work {
  const agent = makeTalkingAgent(new ForgetfulLLM([DECISIONS[0]!]), observers);
  return async () => void await agent.createSession().next("hello");
}

benchGroup("a turn that is watched", {
  "nobody watches": timeTurn(),
  "an observer that does nothing": timeTurn({ beginTurn: () => ({}) }),
  // Includes the cost of exporting spans if OTEL_DENO=true.
  "otel()": timeTurn(otel()),
  "otel({ content: true })": timeTurn(otel({ content: true })),
});
