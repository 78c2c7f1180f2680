/**
 * Past of a scenario: what happened before it begins.
 *
 * @module
 */
import { ConfigError, quote } from "../../errors.ts";
import type { EventDraft, SessionEvent } from "../../history/event.ts";
import { Log } from "../../history/log.ts";
import type { State } from "../../history/state.ts";
import { isBlank } from "../../json/text.ts";
import { oneOf, suggestNearest } from "../../schema/option_shape.ts";
import type { AgentCore } from "../../turn/agent_core.ts";
import type { ConversationMessage } from "../conversation.ts";

/** Entry of the past of a scenario: a message, or a move to a step. */
export type ScenarioPast<StepId extends string = string> = ConversationMessage | {
  /** Step to which the session moved. */
  readonly step: StepId;
};

/** Place in a conversation at which a scenario begins. */
export interface ScenarioStart<StepId extends string = string> {
  /**
   * Step in which the session begins, even if no route leads there. Default: the last step of
   * `past`, or else the first step of the agent.
   */
  readonly step?: StepId;
  /** Summary of what was said before `past`, for the model. Default: none. */
  readonly summary?: string;
  /**
   * Messages and moves before the first input, in order. The model reads the messages; they are
   * no turns of the scenario. If there is no move, all of them were said in `step`. Default: none.
   */
  readonly past?: readonly ScenarioPast<StepId>[];
}

/**
 * Builds the state in which a scenario begins; undefined if that is a new session.
 *
 * @param attempt Start of the message: `Cannot play scenario "…"`.
 * @throws {ConfigError} if a step is unknown, the summary is blank, or an entry is neither a message
 *   nor a move.
 */
export function buildStart(
  { name, graph, ids, clock: now }: AgentCore,
  { step, summary, past = [] }: ScenarioStart,
  attempt: string,
): State | undefined {
  if (step === undefined && summary === undefined && past.length === 0) return undefined;
  const events: SessionEvent[] = [];
  const add = (draft: EventDraft) => {
    events.push({ ...draft, seq: events.length, time: now() } as SessionEvent);
  };
  let current = graph.start;
  const move = (to: string, option: string) => {
    if (!graph.steps.has(to)) {
      const known = [...graph.steps.keys()];
      throw new ConfigError(
        `${attempt}: ${option} is ${quote(to)}: expected ${oneOf(known)}` +
          (typeof to === "string" ? suggestNearest(to, known) : ""),
      );
    }
    if (to !== current) add({ type: "moved", from: current, to });
    current = to;
  };
  // Untyped callers may pass anything.
  const entries: readonly Partial<ConversationMessage & { readonly step: string }>[] = past
    .map((entry) => entry ?? {});
  if (step !== undefined && entries.every((entry) => entry.step === undefined)) move(step, "step");
  if (summary !== undefined) {
    if (typeof summary !== "string" || isBlank(summary)) {
      throw new ConfigError(
        `${attempt}: summary is ${quote(summary)}: expected text that is not blank`,
      );
    }
    const [until, covered] = [events.length, events.length];
    add({ type: "summary", step: current, reason: "bound", until, covered, text: summary });
  }
  for (const [index, { by, text, step }] of entries.entries()) {
    if (step !== undefined) move(step, `past[${index}].step`);
    else if (typeof text !== "string" || by !== "user" && by !== "agent") {
      throw new ConfigError(
        `${attempt}: past[${index}] is ${quote(past[index])}: ` +
          'expected { by: "user" or "agent", text } or { step }',
      );
    } else if (by === "user") add({ type: "user", text });
    else {
      const decision = { action: "RESPOND", response: text, reasoning: [] } as const;
      add({ type: "decision", step: current, decision });
    }
  }
  if (step !== undefined) move(step, "step");
  const { status } = new Log(graph.start, events, { now }).position;
  const [sessionId, incarnation] = [ids(), ids()];
  return { version: 4, agent: name, sessionId, incarnation, step: current, status, events };
}
