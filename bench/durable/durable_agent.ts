/**
 * Agent whose durable turns are measured: three model calls and two tools per turn.
 *
 * @module
 */
import {
  Agent,
  decide,
  type Decision,
  type HistoryOptions,
  type SessionEvent,
  Tool,
} from "@nomos/agent";
import * as v from "valibot";
import { callKeyOf, type SessionName } from "../../src/history/session_name.ts";
import { ForgetfulLLM } from "../agents.ts";
import { ANSWER, ARGS, describeTool, INPUT, RESULT, TOOLS } from "./scenario.ts";

const args = v.object({ city: v.string() });

function makeTool(name: string): Tool {
  return new Tool({ name, description: describeTool(name), args, run: () => RESULT });
}

const DECISIONS: readonly Decision[] = [
  ...TOOLS.map((tool) => decide.call(tool, ARGS)),
  decide.respond(ANSWER),
];

/**
 * Makes an agent for one session at a time, because its model only counts its calls.
 *
 * @param history Bounds of its history. Default: none.
 */
export function makeDurableAgent(history?: HistoryOptions): Agent {
  let calls = 0;
  return new Agent({
    name: "bench",
    llm: new ForgetfulLLM([() => DECISIONS[calls++ % DECISIONS.length]!]),
    start: "talk",
    steps: { talk: { description: "Talk", tools: TOOLS.map(makeTool) } },
    ...(history && { history }),
  });
}

/** Number of events of a turn. */
export const EVENTS_PER_TURN = 8;

/** Generates the first `count` events of a session of this agent. */
export function* makeEvents(session: SessionName, count: number): Generator<SessionEvent> {
  for (let seq = 0; seq < count;) {
    for (const event of makeTurnEvents(session, seq)) {
      if (seq++ < count) yield event;
    }
  }
}

function* makeTurnEvents(session: SessionName, first: number): Generator<SessionEvent> {
  let seq = first;
  const base = () => ({ seq: seq++, time: 1_700_000_000_000 });
  yield { ...base(), type: "user", text: INPUT };
  for (const decision of DECISIONS) {
    const made = seq;
    yield { ...base(), type: "decision", step: "talk", decision };
    if (decision.action !== "TOOL_CALL") continue;
    const { tool } = decision.calls[0]!;
    const call = {
      callKey: callKeyOf(session, made, 0),
      call: 0,
      tool,
    };
    yield { ...base(), type: "tool_started", ...call, joined: true };
    yield { ...base(), type: "tool_finished", ...call, outcome: "ok", text: RESULT };
  }
}
