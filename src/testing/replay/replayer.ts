/**
 * Replay of a recorded log, event by event.
 *
 * @module
 */
import { LimitTracker } from "../../cost/limit_tracker.ts";
import type { Decision } from "../../decision/decision.ts";
import { findTool } from "../../graph/graph.ts";
import { areJoined } from "../../history/cut.ts";
import type { EventDraft, SessionEvent } from "../../history/event.ts";
import { Log } from "../../history/log.ts";
import { RunningTurn } from "../../history/running_turn.ts";
import type { JsonObject } from "../../json/json.ts";
import type { LLM, LLMRequest } from "../../llm/llm.ts";
import { wrapDecision } from "../../llm/mock_script.ts";
import type { AgentCore } from "../../turn/agent_core.ts";
import { LiveSession } from "../../turn/live_session.ts";
import { plan } from "../../turn/plan.ts";
import { ask } from "../../turn/request/ask.ts";
import { findDifferingPath } from "../json_difference.ts";
import { mustAsk, replayedCore, withSchemaProfile } from "../play/played_core.ts";
import { comparedFields, effectOf, type ReplayDifference } from "./replay_difference.ts";

/** Options of a replay. */
export interface ReplayOptions {
  /**
   * A model to evaluate, for a changed prompt or another model. It is called for
   * each recorded decision, after the recorded history, and its decision is
   * compared with the recorded one. Default: the recorded decisions are played.
   */
  readonly llm?: LLM;
  /**
   * Returns true if two decisions count as equal; only with `llm`. Default:
   * compares action, step, tools and arguments, but not texts.
   */
  readonly isSame?: (recorded: Decision, made: Decision) => boolean;
  /**
   * Context for guards, `needsApproval` functions and texts. If the option is present,
   * even as undefined, they are called, with the recorded data. Default: they are not called:
   * all guards are open, and calls need approval as recorded. Texts are called with `llm` as well.
   */
  readonly context?: unknown;
}

/** Settings of a replay. */
interface Replay extends ReplayOptions {
  readonly core: AgentCore;
  /** Id of the session. */
  readonly id: string;
  /** True if guards and `needsApproval` functions are called. */
  readonly asksGuards: boolean;
  /** Data with which the recording begins; undefined if it has none. */
  readonly initialData: JsonObject | undefined;
}

/** Limits that follow from the log alone, unlike those on usage and time. */
const TURN_LIMITS: readonly string[] = ["errors", "iterations", "loop"];

/**
 * Replays one log. Events that an agent produces are produced again and compared.
 * Events from users, tools, approvals and limits on usage are taken from the log.
 * After a comparison, the session always continues with the recorded events, so
 * that one difference does not cause others.
 */
export class Replayer {
  readonly #replay: Replay;
  readonly #session: LiveSession;
  readonly #log: Log;
  /** Returns the next output of the played model. */
  #output: (request: LLMRequest) => unknown = () => undefined;

  /** Creates a session at the start step of the agent. */
  constructor(replay: Replay) {
    this.#replay = replay;
    const { core, id, context, asksGuards, llm, initialData } = replay;
    const player: LLM = {
      name: "replay",
      decide: (request) => Promise.resolve({ output: this.#output(request) }),
    };
    const modelFor = (model: LLM) => llm ?? withSchemaProfile(model, player);
    this.#log = new Log(core.graph.start, [], { now: () => 0 });
    const callsTexts = asksGuards || llm !== undefined;
    const replayed = replayedCore(core, modelFor, { asksGuards, callsTexts });
    const live = { initialData };
    const session = this.#session = new LiveSession(replayed, id, context, this.#log, live);
    const tracker = new LimitTracker(session.limits, session.log, replayed.clock);
    session.begin(session.log.head, tracker);
  }

  /** Yields all differences, in order. */
  async *differences(events: readonly SessionEvent[]): AsyncGenerator<ReplayDifference, void> {
    let at = 0;
    while (at < events.length) {
      const group = takeGroup(events, at);
      at += group.length;
      const difference = await this.#compare(group, at === events.length);
      if (difference !== undefined) yield difference;
      this.#log.appendCommitted(group);
    }
  }

  async #compare(
    group: readonly SessionEvent[],
    isLast: boolean,
  ): Promise<ReplayDifference | undefined> {
    const event = group[0]!;
    switch (event.type) {
      case "decision":
        return this.#compareStep(event) ?? this.#compareLimit(event) ??
          await (this.#replay.llm === undefined
            ? this.#compareOutcome(event, group, isLast)
            : this.#compareModel(event));
      case "error":
        return this.#compareStep(event) ?? this.#compareLimit(event) ??
          (this.#replay.llm === undefined ? await this.#compareRefusal(event) : undefined);
      case "respond_only":
        return this.#compareLimit(event);
      case "limit":
        return TURN_LIMITS.includes(event.reason) ? this.#compareLimit(event) : undefined;
      default:
        return undefined;
    }
  }

  /** Compares the recorded step with the current one, and continues in the recorded step. */
  #compareStep(event: SessionEvent<"decision" | "error">): ReplayDifference | undefined {
    const { position } = this.#log;
    const { step } = position;
    if (!this.#session.agent.graph.steps.has(event.step)) {
      return createDifference(event, undefined, "step", `the agent has no step "${event.step}"`);
    }
    // The session continues in the recorded step.
    position.step = event.step;
    if (step === event.step) return undefined;
    const actual = { ...comparedFields(event), step };
    return createDifference(event, actual, "step", `the agent is in step "${step}"`);
  }

  /** Compares the limit that the agent reaches here, if any, with the recorded event. */
  #compareLimit(event: SessionEvent): ReplayDifference | undefined {
    const { agent } = this.#session;
    const { position, head: from } = this.#log;
    const step = agent.graph.steps.get(position.step);
    if (step === undefined) return undefined;
    const turn = {
      from,
      ranUntil: from,
      last: undefined,
      stopAfter: undefined,
      limitReached: () => undefined,
    };
    const next = plan(position, turn, step, agent.limits);
    const draft = next.do === "commit" ? next.drafts[0] : undefined;
    const reached = draft?.type === "limit" || draft?.type === "respond_only" ? draft : undefined;
    const isLimit = event.type === "limit" || event.type === "respond_only";
    if (!isLimit && reached === undefined) return undefined;
    const actual = reached === undefined ? { type: "decision" } : comparedFields(reached);
    const path = findDifferingPath(comparedFields(event), actual);
    if (path === undefined) return undefined;
    const effect = reached?.type === "limit" ? "ends the turn" : "only allows an answer";
    const reason = reached === undefined
      ? "the agent requests a decision, because no limit is reached"
      : `the agent ${effect}, because the limit "${reached.reason}" is reached`;
    return createDifference(event, actual, isLimit ? path : "type", reason);
  }

  /** Plays the recorded decision and compares its consequences. */
  async #compareOutcome(
    event: SessionEvent<"decision">,
    group: readonly SessionEvent[],
    isLast: boolean,
  ): Promise<ReplayDifference | undefined> {
    const { reasoning, ...decision } = event.decision;
    this.#output = (request) => wrapDecision(request, decision, reasoning);
    const made = await this.#ask();
    const first = made[0]!;
    if (first.type === "error") {
      const reason = `the recorded decision is refused: ${first.message}`;
      return createDifference(event, comparedFields(first), first.path, reason);
    }
    for (let index = 0; index < Math.max(made.length, group.length); index++) {
      const recorded = group[index];
      // A log may end between a decision and its consequences.
      if (recorded === undefined && isLast) return undefined;
      const replayed = this.#asRecorded(made[index], recorded, event);
      const [expected, actual] = [recorded, replayed].map((one) => one && comparedFields(one));
      const path = findDifferingPath(expected, actual);
      const reason = describeReason(recorded, replayed);
      if (path !== undefined) return { seq: event.seq + index, path, expected, actual, reason };
    }
    return undefined;
  }

  /** Calls the model to evaluate and compares its decision with the recorded one. */
  async #compareModel(event: SessionEvent<"decision">): Promise<ReplayDifference | undefined> {
    const [made] = await this.#ask();
    if (made?.type !== "decision") {
      const [path, reason] = made?.type === "error"
        ? [made.path, `the model's output is refused: ${made.message}`]
        : ["type", describeReason(event, made)];
      return createDifference(event, made && comparedFields(made), path, reason);
    }
    const { isSame } = this.#replay;
    const path = findDifferingPath(effectOf(event.decision), effectOf(made.decision));
    const isAsRecorded = isSame?.(event.decision, made.decision) ?? path === undefined;
    if (isAsRecorded) return undefined;
    const where = path === undefined || path === "" ? "decision" : `decision.${path}`;
    return createDifference(event, comparedFields(made), where, "the model decides differently");
  }

  /** Plays a refused output again, if the log contains all of it. */
  async #compareRefusal(event: SessionEvent<"error">): Promise<ReplayDifference | undefined> {
    // The log does not record which guards were closed.
    const { asksGuards, core } = this.#replay;
    if (!asksGuards && core.graph.steps.get(event.step)!.isGuarded) return undefined;
    if (INCOMPLETE_REGEXP.test(event.output)) return undefined;
    this.#output = () => event.output;
    const [made] = await this.#ask();
    const actual = made && comparedFields(made);
    const path = findDifferingPath(comparedFields(event), actual);
    if (path === undefined) return undefined;
    const reason = made?.type === "error"
      ? `the recorded output is refused at another path: ${made.message}`
      : "the recorded output was refused but is legal now";
    return createDifference(event, actual, path, reason);
  }

  /** Returns the events that follow from the next output of the model. */
  async #ask(): Promise<readonly EventDraft[]> {
    const answer = await ask(this.#session, new RunningTurn());
    if (answer?.error !== undefined) throw answer.error;
    return answer?.drafts ?? [];
  }

  /**
   * Replaces the start of a call by an approval request, if its tool declares that
   * it needs approval or, for a `needsApproval` function, if it was recorded so. Requests
   * show the recorded arguments, because a default of a schema may be random.
   */
  #asRecorded(
    made: EventDraft | undefined,
    recorded: SessionEvent | undefined,
    { step, decision }: SessionEvent<"decision">,
  ): EventDraft | undefined {
    const isAsked = recorded?.type === "approval_requested";
    if (made?.type === "approval_requested" && isAsked) return { ...made, args: recorded.args };
    if (made?.type !== "tool_started" || decision.action !== "TOOL_CALL") return made;
    const { asksGuards, core } = this.#replay;
    const { callKey, call, tool } = made;
    if (asksGuards || !mustAsk(findTool(core.graph.steps.get(step)!, tool)!, isAsked)) return made;
    const { args } = isAsked ? recorded : decision.calls[call]!;
    const [type, reason] = ["approval_requested", "approval"] as const;
    return { type, callKey, call, tool, args, reason, hash: "" };
  }
}

/** Matches outputs that the log does not contain in full: cut, or not JSON. */
const INCOMPLETE_REGEXP = /\n\[cut: \d+ of \d+ characters\]$|^a value that is not JSON \(\w+\)$/;

/** Returns the event at an index; if it is a decision, together with its consequences. */
function takeGroup(events: readonly SessionEvent[], at: number): readonly SessionEvent[] {
  const event = events[at]!;
  if (event.type !== "decision") return [event];
  const { decision } = event;
  const most = at + (decision.action === "TOOL_CALL" ? decision.calls.length : 1);
  let end = at + 1;
  while (end <= most && events[end] !== undefined && follows(events[end - 1]!, events[end]!)) end++;
  return events.slice(at, end);
}

/** Returns true if an event was committed with the previous one, not added after a crash. */
function follows(before: SessionEvent, event: SessionEvent): boolean {
  return areJoined(before, event) &&
    !(event.type === "approval_requested" && event.reason === "unknown");
}

function describeReason(recorded?: SessionEvent, replayed?: EventDraft): string {
  if (replayed?.type === "limit") return "guards leave no legal action";
  if (recorded?.type === "decision") return "the recorded decision is parsed differently";
  if (recorded?.type === "tool_started" && replayed?.type === "approval_requested") {
    return `a call of tool "${replayed.tool}" needs approval now`;
  }
  if (recorded?.type === "approval_requested" && replayed?.type === "tool_started") {
    return `a call of tool "${replayed.tool}" no longer needs approval`;
  }
  return "the decision has different consequences";
}

function createDifference(
  event: SessionEvent,
  actual: unknown,
  path: string,
  reason: string,
): ReplayDifference {
  return { seq: event.seq, path, expected: comparedFields(event), actual, reason };
}
