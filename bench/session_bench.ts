import type { State } from "@nomos/agent";
import { benchGroup, makeAgent } from "./agents.ts";

const agent = makeAgent();

class BareSession {
  readonly events: unknown[] = [];
  constructor(readonly id: string) {}
}
benchGroup("a session", {
  "a bare object with a list and a UUID": () => void new BareSession(crypto.randomUUID()),
  "createSession()": () => void agent.createSession(),
});

for (const events of [10, 1_000]) {
  const session = agent.createSession();
  while (session.state.events.length < events) await session.next("hello");
  const { state } = session;
  const text = JSON.stringify(state);
  benchGroup(`saving ${events} events`, {
    [`bare JSON.stringify, ${events} events`]: () => void JSON.stringify(state),
    [`state as text, ${events} events`]: () => void JSON.stringify(session.state),
  });
  benchGroup(`restoring ${events} events`, {
    [`bare JSON.parse, ${events} events`]: () => void JSON.parse(text),
    [`a session from text, ${events} events`]: () =>
      void agent.createSession({ state: JSON.parse(text) as State }),
  });
}
