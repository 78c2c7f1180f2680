import { type LLM, MockLLM } from "@nomos/agent";
import { benchAgent, Profiler } from "@nomos/agent/profile";
import { createBarista } from "../examples/barista.ts";
import { benchGroup } from "./agents.ts";
import { VISIT } from "./profiled_visit.ts";

/** Plays the visit with a profiler, which sees what a play without one does. */
function playProfiled(): () => Promise<void> {
  const decisions = VISIT.flatMap(({ decisions = [] }) => decisions)
    .filter((entry) => "action" in entry);
  let made = 0;
  const llm: LLM = new MockLLM([() => decisions[made++ % decisions.length]!], {
    whenDone: "repeat",
  });
  const agent = createBarista(llm);
  return async () => {
    const profiler = new Profiler();
    const session = agent.with({ observers: [profiler] }).createSession();
    for (const { input } of VISIT) await session.next(input);
    profiler.profile();
  };
}

benchGroup("a customer's visit of three turns", {
  "benchAgent()": benchAgent(createBarista(new MockLLM()), VISIT),
  "with a profiler, and its profile": playProfiled(),
});
