/**
 * Playing a scenario.
 *
 * @module
 */
import * as v from "valibot";
import type { Agent } from "../../agent/agent.ts";
import { ConfigError, quote } from "../../errors.ts";
import * as option from "../../schema/option_shape.ts";
import type { Session } from "../../session/session.ts";
import type { SessionArguments } from "../../session/session_options.ts";
import type { DataPatch } from "../../tool/tool_context.ts";
import type { Turn, TurnOf } from "../../turn/turn.ts";
import { type Check, type CheckOutcome, runCheck } from "../check.ts";
import { messagesOf, type ScenarioEnding } from "../conversation.ts";
import { requireCore } from "../play/played_core.ts";
import { transcriptText } from "../trajectory/transcript_text.ts";
import {
  decideNext,
  nextInput,
  type ScenarioApprovals,
  type ScenarioUser,
} from "./scenario_people.ts";
import { ScenarioResult } from "./scenario_result.ts";
import { buildStart, type ScenarioStart } from "./scenario_start.ts";

/** Options of a scenario, except the context. */
export interface ScenarioParts<
  Answers extends object = Record<string, unknown>,
  Data = unknown,
  Context = unknown,
> extends ScenarioStart<keyof Answers & string> {
  /** Agent to test, in a session of its own. */
  readonly agent: Agent<Answers, Data, Context>;
  /** Data with which the session begins, completed by defaults. Default: the defaults alone. */
  readonly data?: DataPatch<Data>;
  /** Goal of the user. It names the scenario, and is shown to simulated users and judges. */
  readonly goal: string;
  /** User: a list of inputs, or a function such as `simulatedUser()` returns. */
  readonly user: ScenarioUser;
  /**
   * Maximum number of inputs. Turns that continue after a verdict do not count.
   * Default: the number of listed inputs, or 10 for a function.
   */
  readonly maxTurns?: number;
  /**
   * Decides about each call that waits for approval. Default: a waiting call makes
   * the scenario throw.
   */
  readonly approvals?: ScenarioApprovals;
  /** Checks by name. They run in order, after the conversation. */
  readonly checks: Readonly<Record<string, Check<keyof Answers & string>>>;
}

/** Options of a scenario. The context is required only if the agent requires one. */
export type ScenarioOptions<
  Answers extends object = Record<string, unknown>,
  Data = unknown,
  Context = unknown,
> =
  & ScenarioParts<Answers, Data, Context>
  & (unknown extends Context ? { readonly context?: Context } : { readonly context: Context });

const shape: option.OptionShape<ScenarioParts & { readonly context: unknown }> = {
  agent: option.anything,
  step: option.anything,
  summary: option.anything,
  past: option.anything,
  data: option.anything,
  context: option.anything,
  goal: option.text,
  user: v.custom(
    (value) => Array.isArray(value) || typeof value === "function",
    "expected a list of inputs, or a function",
  ),
  maxTurns: option.anything,
  approvals: option.callable,
  checks: v.custom(option.isRecord, "expected an object of checks"),
};

/**
 * Plays a scenario, then runs its checks.
 *
 * @param onSession Called with the session before its first turn, because a turn that throws leaves
 *   no result. Default: nothing is called.
 */
export async function playScenario<Answers extends object, Data, Context>(
  options: ScenarioOptions<Answers, Data, Context>,
  onSession: (session: Session<TurnOf<Answers, Data>>) => void = () => {},
): Promise<ScenarioResult<keyof Answers & string>> {
  option.checkOptions(shape, options, "Cannot play a scenario");
  const { agent, goal, user, checks, data, context } = options;
  const isList = typeof user !== "function";
  const { maxTurns = isList ? user.length : 10 } = options;
  if (!Number.isSafeInteger(maxTurns) || maxTurns < 1) {
    const problem = isList && options.maxTurns === undefined
      ? "an empty list of inputs: expected at least one"
      : `maxTurns ${quote(maxTurns)}: expected a whole number of at least 1`;
    throw new ConfigError(`Cannot play scenario ${quote(goal)} with ${problem}`);
  }
  const core = requireCore(agent, "play");
  const state = buildStart(core, options, `Cannot play scenario ${quote(goal)}`);
  const given = [{ state, data, context }] as unknown as SessionArguments<Data, Context>;
  const session = agent.createSession(...given);
  onSession(session);
  const turns: TurnOf<Answers, Data>[] = [];
  const ending = await converse(session, options, maxTurns, turns);
  const { events } = session.state;
  const transcript = transcriptText({ events });
  const played = { goal, turns, events, messages: messagesOf(events), transcript, ending };
  const outcomes: CheckOutcome[] = [];
  for (const [name, check] of Object.entries(checks)) {
    outcomes.push(await runCheck(name, check, played));
  }
  return new ScenarioResult(played, outcomes);
}

/** Plays the conversation, appends to `turns`, and returns the reason why it ended. */
async function converse<Result extends Turn>(
  session: Session<Result>,
  { goal, user, approvals }: Pick<ScenarioParts, "goal" | "user" | "approvals">,
  maxTurns: number,
  turns: Result[],
): Promise<ScenarioEnding> {
  for (let inputs = 0; inputs < maxTurns; inputs++) {
    const messages = messagesOf(session.state.events);
    const input = await nextInput(user, inputs, { goal, messages });
    if (input === undefined) return "user";
    let turn = await session.next(input.message);
    for (;;) {
      turns.push(turn);
      if (turn.status !== "needs_approval") break;
      turn = await decideNext(session, goal, approvals);
    }
    if (turn.status !== "waiting") return turn.status;
    if (input.isDone) return "user";
  }
  return "maxTurns";
}
