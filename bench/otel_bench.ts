import { Agent } from "@nomos/agent";
import type { Observer } from "@nomos/agent/observer";
import { otel } from "@nomos/agent/otel";
import { benchGroup, DECISIONS, ForgetfulLLM, type Work } from "./agents.ts";

/** A turn that is watched. */
function turnFor(...observers: readonly Observer[]): Work {
  const agent = new Agent({
    name: "watched",
    llm: new ForgetfulLLM([DECISIONS[0]!]),
    observers,
    start: "talk",
    steps: { talk: { description: "Talk" } },
  });
  return async () => void await agent.createSession().next("hello");
}

benchGroup("a turn that is watched", {
  "nobody watches": turnFor(),
  "an observer that does nothing": turnFor({ beginTurn: () => ({}) }),
  // With OTEL_DENO=true, what it costs to write the spans.
  "otel()": turnFor(otel()),
  "otel({ content: true })": turnFor(otel({ content: true })),
});
