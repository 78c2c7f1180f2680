/**
 * Playing a recorded log again, event by event.
 *
 * @module
 */
import type { AgentCore } from "../../turn/agent_core.ts";
import { ask } from "../../turn/ask.ts";
import type { Decision } from "../../decision/decision.ts";
import { areJoined, type EventDraft, type SessionEvent } from "../../history/event.ts";
import { Log } from "../../history/log.ts";
import { plan } from "../../turn/plan.ts";
import { LiveSession } from "../../turn/live_session.ts";
import type { LLM, LLMRequest } from "../../llm/llm.ts";
import { wireOutput } from "../../llm/wire_output.ts";
import { toolInternals } from "../../tool/tool_internals.ts";
import { differingPath } from "../json_difference.ts";
import { comparable, effectOf, type ReplayDifference } from "./replay_difference.ts";
import { replayedCore, withProfileOf } from "../play/played_core.ts";

/** Options of a replay. */
export interface ReplayOptions {
  /**
   * A model that is asked wherever the log has a decision, with the recorded past
   * before it: its decisions are compared with the recorded ones, for a changed
   * prompt or another model. Default: the recorded decisions are played.
   */
  readonly llm?: LLM;
  /**
   * Whether the model decided as it did; only with `llm`. Default: it does the
   * same: the same action, step, tools and arguments, whatever it says.
   */
  readonly isSame?: (recorded: Decision, made: Decision) => boolean;
  /**
   * What guards and `needsApproval` functions are asked with, also if it is
   * undefined; no tool runs, so it stays as it is. Default: nobody is asked:
   * guards let everything pass, and functions say what was recorded.
   */
  readonly context?: unknown;
}

/** How a log is replayed. */
interface Replay extends ReplayOptions {
  readonly core: AgentCore;
  /** Id of the session. */
  readonly id: string;
  /** True if guards and `needsApproval` are asked. */
  readonly asksGuards: boolean;
}

/** The limits that an agent holds a turn to whatever it costs. */
const TURN_LIMITS: readonly string[] = ["errors", "iterations", "loop"];

/**
 * Plays one log. At each place where the log has what an agent gives, the agent
 * gives it again, and both are compared; what comes from elsewhere, from users,
 * tools, approvals and budgets, is taken from the log. The session goes on with
 * the log in any case, so that a difference does not lead to others.
 */
export class Replayer {
  readonly #replay: Replay;
  readonly #session: LiveSession;
  readonly #log: Log;
  /** What the model gives next, where recorded outputs are played. */
  #output: (request: LLMRequest) => unknown = () => undefined;

  /** Begins where the agent does. */
  constructor(replay: Replay) {
    this.#replay = replay;
    const { core, id, context, asksGuards, llm } = replay;
    const player: LLM = {
      name: "replay",
      decide: (request) => Promise.resolve({ output: this.#output(request) }),
    };
    const modelFor = (model: LLM) => llm ?? withProfileOf(model, player);
    this.#log = new Log(core.graph.start, [], { now: () => 0 });
    const replayed = replayedCore(core, modelFor, asksGuards);
    this.#session = new LiveSession(replayed, id, context, this.#log);
  }

  /** All differences, in order. */
  async *differences(events: readonly SessionEvent[]): AsyncGenerator<ReplayDifference, void> {
    let at = 0;
    while (at < events.length) {
      const group = groupAt(events, at);
      at += group.length;
      const difference = await this.#compare(group, at === events.length);
      if (difference !== undefined) yield difference;
      this.#log.take(group);
    }
  }

  async #compare(
    group: readonly SessionEvent[],
    isLast: boolean,
  ): Promise<ReplayDifference | undefined> {
    const event = group[0]!;
    switch (event.type) {
      case "decision":
        return this.#wrongPlace(event) ?? this.#wrongStage(event) ??
          await (this.#replay.llm === undefined
            ? this.#compareOutcome(event, group, isLast)
            : this.#compareModel(event));
      case "error":
        return this.#wrongPlace(event) ?? this.#wrongStage(event) ??
          (this.#replay.llm === undefined ? await this.#compareRefusal(event) : undefined);
      case "respond_only":
        return this.#wrongStage(event);
      case "limit":
        return TURN_LIMITS.includes(event.reason) ? this.#wrongStage(event) : undefined;
      default:
        return undefined;
    }
  }

  /** The step in which the agent is not, though the model was asked in it. */
  #wrongPlace(event: SessionEvent<"decision" | "error">): ReplayDifference | undefined {
    const { position } = this.#log;
    const { step } = position;
    if (!this.#session.agent.graph.steps.has(event.step)) {
      return differ(event, undefined, "step", `the agent has no step "${event.step}"`);
    }
    // From here on the session is where the recorded one was.
    position.step = event.step;
    if (step === event.step) return undefined;
    const actual = { ...comparable(event), step };
    return differ(event, actual, "step", `the agent is in step "${step}"`);
  }

  /** Compares the limit that the agent reaches now, if there is one, with the recorded event. */
  #wrongStage(event: SessionEvent): ReplayDifference | undefined {
    const { agent, step } = this.#session;
    if (step === undefined) return undefined;
    const { position, head: from } = this.#log;
    const turn = { from, last: undefined, stopAfter: undefined, limitReached: () => undefined };
    const next = plan(position, turn, step, agent.limits);
    const draft = next.do === "commit" ? next.drafts[0] : undefined;
    const reached = draft?.type === "limit" || draft?.type === "respond_only" ? draft : undefined;
    const isLimit = event.type === "limit" || event.type === "respond_only";
    if (!isLimit && reached === undefined) return undefined;
    const actual = reached === undefined ? { type: "decision" } : comparable(reached);
    const path = differingPath(comparable(event), actual);
    if (path === undefined) return undefined;
    const does = reached?.type === "limit" ? "ends the turn" : "asks for an answer";
    const reason = reached === undefined
      ? "the agent asks for a decision: no limit is reached"
      : `the agent ${does} by the limit "${reached.reason}"`;
    return differ(event, actual, isLimit ? path : "type", reason);
  }

  /** Plays the recorded decision, and compares what follows from it. */
  async #compareOutcome(
    event: SessionEvent<"decision">,
    group: readonly SessionEvent[],
    isLast: boolean,
  ): Promise<ReplayDifference | undefined> {
    const { reasoning, ...decision } = event.decision;
    this.#output = (request) => wireOutput(request, decision, reasoning);
    const made = await this.#ask();
    const first = made[0]!;
    if (first.type === "error") {
      const reason = `the recorded decision is refused: ${first.message}`;
      return differ(event, comparable(first), first.path, reason);
    }
    for (let place = 0; place < Math.max(made.length, group.length); place++) {
      const recorded = group[place];
      // A log may end between a decision and what follows from it.
      if (recorded === undefined && isLast) return undefined;
      const own = made[place];
      const given = own && this.#asRecorded(own, recorded, decision);
      const [expected, actual] = [recorded, given].map((one) => one && comparable(one));
      const path = differingPath(expected, actual);
      const reason = reasonFor(recorded, given);
      if (path !== undefined) return { seq: event.seq + place, path, expected, actual, reason };
    }
    return undefined;
  }

  /** Lets the model decide, and compares that with the recorded decision. */
  async #compareModel(event: SessionEvent<"decision">): Promise<ReplayDifference | undefined> {
    const [made] = await this.#ask();
    if (made?.type !== "decision") {
      const [path, reason] = made?.type === "error"
        ? [made.path, `the model's output is refused: ${made.message}`]
        : ["type", reasonFor(event, made)];
      return differ(event, made && comparable(made), path, reason);
    }
    const { isSame } = this.#replay;
    const path = differingPath(effectOf(event.decision), effectOf(made.decision));
    const isAsRecorded = isSame?.(event.decision, made.decision) ?? path === undefined;
    if (isAsRecorded) return undefined;
    const where = path === undefined || path === "" ? "decision" : `decision.${path}`;
    return differ(event, comparable(made), where, "the model decides otherwise");
  }

  /** Gives the output again that was refused, where the log has all of it. */
  async #compareRefusal(event: SessionEvent<"error">): Promise<ReplayDifference | undefined> {
    // What a guard forbade is not in the log.
    const { asksGuards, core } = this.#replay;
    if (!asksGuards && core.graph.steps.get(event.step)!.isGuarded) return undefined;
    if (NOT_WHOLE_REGEXP.test(event.output)) return undefined;
    this.#output = () => event.output;
    const [made] = await this.#ask();
    const actual = made && comparable(made);
    const path = differingPath(comparable(event), actual);
    if (path === undefined) return undefined;
    const reason = made?.type === "error"
      ? `the recorded output is refused elsewhere: ${made.message}`
      : "the recorded output was refused, and is legal now";
    return differ(event, actual, path, reason);
  }

  /** Returns the events that the agent makes of the model's next output. */
  async #ask(): Promise<readonly EventDraft[]> {
    return (await ask(this.#session, undefined))?.drafts ?? [];
  }

  /**
   * The beginning of a call as it is where nobody was asked whether it needs
   * approval: by what its tool declares, or else as it was recorded.
   */
  #asRecorded(
    given: EventDraft,
    recorded: SessionEvent | undefined,
    decision: Omit<Decision, "reasoning">,
  ): EventDraft {
    if (this.#replay.asksGuards || given.type !== "tool_started") return given;
    if (decision.action !== "TOOL_CALL") return given;
    const { callKey, call, tool: name } = given;
    const tool = this.#session.step.tools.find((one) => one.name === name)!;
    const needs = toolInternals(tool).needsApproval;
    const isAsked = typeof needs === "boolean" ? needs : recorded?.type === "approval_requested";
    if (!isAsked) return given;
    const { args } = (decision as Decision & { action: "TOOL_CALL" }).calls[call]!;
    const reason = "approval";
    const type = "approval_requested";
    return { type, callKey, call, tool: name, args, reason, hash: "" };
  }
}

/** What the log keeps of an output that was long, or no JSON. */
const NOT_WHOLE_REGEXP = /\n\[cut: \d+ of \d+ characters\]$|^a value that is not JSON \(\w+\)$/;

/** Returns an event, or a decision with what followed from it at once. */
function groupAt(events: readonly SessionEvent[], at: number): readonly SessionEvent[] {
  const event = events[at]!;
  if (event.type !== "decision") return [event];
  const { decision } = event;
  const most = at + (decision.action === "TOOL_CALL" ? decision.calls.length : 1);
  let end = at + 1;
  while (end <= most && events[end] !== undefined && follows(events[end - 1]!, events[end]!)) end++;
  return events.slice(at, end);
}

/** Returns true if an event was committed with the one before it, and is no question after a crash. */
function follows(before: SessionEvent, event: SessionEvent): boolean {
  return areJoined(before, event) &&
    !(event.type === "approval_requested" && event.reason === "unknown");
}

function reasonFor(recorded: SessionEvent | undefined, given: EventDraft | undefined): string {
  if (given?.type === "limit") return "guards leave nothing legal";
  if (recorded?.type === "decision") return "the recorded decision is read otherwise";
  if (recorded?.type === "tool_started" && given?.type === "approval_requested") {
    return `a call of tool "${given.tool}" needs approval now`;
  }
  if (recorded?.type === "approval_requested" && given?.type === "tool_started") {
    return `a call of tool "${given.tool}" needs no approval any more`;
  }
  return "what follows from the decision is another";
}

function differ(
  event: SessionEvent,
  actual: unknown,
  path: string,
  reason: string,
): ReplayDifference {
  return { seq: event.seq, path, expected: comparable(event), actual, reason };
}
