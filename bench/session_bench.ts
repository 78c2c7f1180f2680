import type { State } from "@nomos/agent";
import { makeAgent } from "./agents.ts";

const agent = makeAgent();

class BareSession {
  readonly events: unknown[] = [];
  constructor(readonly id: string) {}
}
Deno.bench("a bare object with a list and a UUID", { group: "a session", baseline: true }, () => {
  new BareSession(crypto.randomUUID());
});
Deno.bench("createSession()", { group: "a session" }, () => void agent.createSession());

for (const events of [10, 1_000]) {
  const session = agent.createSession();
  while (session.state.events.length < events) await session.next("hello");
  const { state } = session;
  const text = JSON.stringify(state);

  const save = { group: `saving ${events} events` };
  Deno.bench(`bare JSON.stringify, ${events} events`, { ...save, baseline: true }, () => {
    JSON.stringify(state);
  });
  Deno.bench(`state as text, ${events} events`, save, () => {
    JSON.stringify(session.state);
  });

  const restore = { group: `restoring ${events} events` };
  Deno.bench(`bare JSON.parse, ${events} events`, { ...restore, baseline: true }, () => {
    JSON.parse(text);
  });
  Deno.bench(`a session from text, ${events} events`, restore, () => {
    agent.createSession({ state: JSON.parse(text) as State });
  });
}
