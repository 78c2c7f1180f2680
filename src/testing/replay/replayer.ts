/**
 * Playing a recorded log again, event by event.
 *
 * @module
 */
import type { AgentCore } from "../../turn/agent_core.ts";
import { ABORTED } from "../../abort.ts";
import { askForDecision } from "../../turn/ask.ts";
import type { Decision } from "../../decision/decision.ts";
import type { DecisionEvent, ErrorEvent, SessionEvent } from "../../history/event.ts";
import { Log } from "../../history/log.ts";
import { nextStage } from "../../turn/next_stage.ts";
import { LiveSession } from "../../turn/live_session.ts";
import type { LLM, LLMRequest } from "../../llm/llm.ts";
import { wireOutput } from "../../llm/wire_output.ts";
import { approvalOf } from "../../tool/tool.ts";
import { differingPath } from "./differing_path.ts";
import { comparable, type ReplayDifference } from "./replay_difference.ts";
import { replayedCore, withProfileOf } from "./replayed_core.ts";

/** How a log is replayed. */
export interface Replay {
  /** The agent. */
  readonly core: AgentCore;
  /** The session. */
  readonly id: string;
  /** Whether guards and `needsApproval` are asked. */
  readonly asksGuards: boolean;
  /** What they are given. */
  readonly context: unknown;
  /** A model whose decisions are compared with the recorded ones, which are played else. */
  readonly llm: LLM | undefined;
  /** Whether it decided as the recorded one. */
  readonly isSame: (recorded: Decision, made: Decision) => boolean;
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
    this.#log = new Log(core.graph.start);
    this.#session = new LiveSession(
      replayedCore(core, { modelFor, asksGuards }),
      id,
      context,
      this.#log,
    );
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
      case "fallback":
        return this.#wrongStage(event);
      case "limit":
        return TURN_LIMITS.includes(event.reason) ? this.#wrongStage(event) : undefined;
      default:
        return undefined;
    }
  }

  /** The step in which the agent is not, though the model was asked in it. */
  #wrongPlace(event: DecisionEvent | ErrorEvent): ReplayDifference | undefined {
    const { position } = this.#log;
    const { step } = position;
    const isKnown = this.#session.agent.graph.steps.has(event.step);
    // From here on the session is where the recorded one was.
    if (isKnown) position.step = event.step;
    else return differ(event, undefined, "step", `the agent has no step "${event.step}"`);
    if (step === event.step) return undefined;
    const actual = { ...comparable(event), step };
    return differ(event, actual, "step", `the agent is in step "${step}"`);
  }

  /** What the agent does now instead of what it did. */
  #wrongStage(event: SessionEvent): ReplayDifference | undefined {
    const { agent, step } = this.#session;
    if (step === undefined) return undefined;
    const stage = nextStage(this.#log.position, agent.limits, step.auto);
    const isAsking = stage.kind !== "fallback" && stage.kind !== "limit";
    if (event.type === "decision" || event.type === "error") {
      if (isAsking) return undefined;
      const { kind: type, reason } = stage;
      const does = type === "limit"
        ? `ends the turn by the limit "${reason}"`
        : `asks for an answer by the limit "${reason}"`;
      return differ(event, { type, reason }, "type", `the agent ${does}`);
    }
    if (isAsking) {
      const actual = { type: "decision" };
      return differ(event, actual, "type", "the agent asks for a decision: no limit is reached");
    }
    const { kind: type, reason } = stage;
    const path = differingPath(comparable(event), { type, reason });
    if (path === undefined) return undefined;
    return differ(event, { type, reason }, path, `the agent reaches the limit "${reason}"`);
  }

  /** Plays the recorded decision, and compares what follows from it. */
  async #compareOutcome(
    event: DecisionEvent,
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
    const asked = made.map((one, place) => this.#asRecorded(one, group[place], decision));
    const length = Math.max(asked.length, group.length);
    for (let place = 0; place < length; place++) {
      const [recorded, given] = [group[place], asked[place]];
      // A log may end between a decision and what follows from it.
      if (recorded === undefined && isLast) return undefined;
      const actual = given && comparable(given);
      const path = differingPath(recorded && comparable(recorded), actual);
      if (path === undefined) continue;
      const { seq } = event;
      const expected = recorded && comparable(recorded);
      return { seq: seq + place, path, expected, actual, reason: reasonFor(recorded, given) };
    }
    return undefined;
  }

  /** Lets the model decide, and compares that with the recorded decision. */
  async #compareModel(event: DecisionEvent): Promise<ReplayDifference | undefined> {
    const [made] = await this.#ask();
    if (made?.type === "error") {
      const reason = `the model's output is refused: ${made.message}`;
      return differ(event, comparable(made), made.path, reason);
    }
    if (made?.type !== "decision") {
      return differ(event, made && comparable(made), "type", reasonFor(event, made));
    }
    if (this.#replay.isSame(event.decision, made.decision)) return undefined;
    const path = differingPath(effectOf(event.decision), effectOf(made.decision));
    const where = path === undefined || path === "" ? "decision" : `decision.${path}`;
    return differ(event, comparable(made), where, "the model decides otherwise");
  }

  /** Gives the output again that was refused, where the log has all of it. */
  async #compareRefusal(event: ErrorEvent): Promise<ReplayDifference | undefined> {
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

  /** What the agent makes of the model's next output. */
  async #ask(): Promise<readonly SessionEvent[]> {
    const decided = await askForDecision(this.#session, undefined);
    // Nothing aborts a replay.
    return decided === ABORTED ? [] : decided.events;
  }

  /**
   * The beginning of a call as it is where nobody was asked whether it needs
   * approval: by what its tool declares, or else as it was recorded.
   */
  #asRecorded(
    given: SessionEvent,
    recorded: SessionEvent | undefined,
    decision: Omit<Decision, "reasoning">,
  ): SessionEvent {
    if (this.#replay.asksGuards || given.type !== "tool_started") return given;
    if (decision.action !== "TOOL_CALL") return given;
    const { seq, time, callKey, call, tool: name } = given;
    const needs = approvalOf(this.#session.step.tools.find((tool) => tool.name === name)!);
    const isAsked = typeof needs === "boolean" ? needs : recorded?.type === "approval_requested";
    if (!isAsked) return given;
    const { args } = (decision as Decision & { action: "TOOL_CALL" }).calls[call]!;
    const reason = "approval";
    const type = "approval_requested";
    return { seq, time, type, callKey, call, tool: name, args, reason, hash: "" };
  }
}

/** What the log keeps of an output that was long, or no JSON. */
const NOT_WHOLE_REGEXP = /\n\[cut: \d+ of \d+ characters\]$|^a value that is not JSON \(\w+\)$/;

/** An event, or a decision with what followed from it at once. */
function groupAt(events: readonly SessionEvent[], at: number): readonly SessionEvent[] {
  const event = events[at]!;
  if (event.type !== "decision") return [event];
  const { decision } = event;
  let end = at + 1;
  const most = decision.action === "TOOL_CALL" ? decision.calls.length : 1;
  while (end <= at + most && end < events.length && isConsequence(events[end]!, decision)) end++;
  return events.slice(at, end);
}

function isConsequence(event: SessionEvent, { action }: Decision): boolean {
  switch (action) {
    case "RESPOND":
      return false;
    case "TOOL_CALL":
      return event.type === "tool_started" ||
        event.type === "approval_requested" && event.reason === "approval";
    case "MOVE":
      return event.type === "moved";
    case "END":
      return event.type === "ended";
    default:
      return action satisfies never;
  }
}

/** What a decision does, without what it says. */
export function effectOf(decision: Decision): object {
  switch (decision.action) {
    case "RESPOND":
    case "END":
      return { action: decision.action };
    case "TOOL_CALL":
      return { action: decision.action, calls: decision.calls };
    case "MOVE":
      return { action: decision.action, step: decision.step };
    default:
      return decision satisfies never;
  }
}

function reasonFor(recorded: SessionEvent | undefined, given: SessionEvent | undefined): string {
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
