import { Agent, type Observer } from "@nomos/agent";
import { otel } from "@nomos/agent/otel";
import { DECISIONS, OneDecision } from "./agents.ts";

const group = "a turn that is watched";

/** Is told of every turn, and wants to know no more. */
const indifferent: Observer = { beginTurn: () => ({}) };

const watched: readonly (readonly [name: string, observers: readonly Observer[]])[] = [
  ["nobody watches", []],
  ["an observer that does nothing", [indifferent]],
  // With OTEL_DENO=true, what it costs to write the spans.
  ["otel()", [otel()]],
  ["otel({ content: true })", [otel({ content: true })]],
];

for (const [name, observers] of watched) {
  const agent = new Agent({
    name: "watched",
    llm: new OneDecision(DECISIONS[0]!),
    observers,
    start: "talk",
    steps: { talk: { description: "Talk" } },
  });
  Deno.bench(name, { group, baseline: observers.length === 0 }, async () => {
    await agent.createSession().next("hello");
  });
}
