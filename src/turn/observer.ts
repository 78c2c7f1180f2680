/**
 * Observers of an agent's turns, for logs, metrics and traces. An observer sees every event, every
 * model call and every tool call of a turn in order, and changes none of them. For OpenTelemetry,
 * use `@nomos/agent/otel`.
 *
 * @example Log every decision
 * ```ts
 * import { Agent, decide, MockLLM } from "@nomos/agent";
 * import type { Observer } from "@nomos/agent/observer";
 * import { assertEquals } from "@std/assert";
 *
 * const decisions: string[] = [];
 * const observer: Observer = {
 *   beginTurn: ({ sessionId }) => ({
 *     onEvent: (event) => {
 *       if (event.type === "decision") decisions.push(`${sessionId}: ${event.decision.action}`);
 *     },
 *   }),
 * };
 * const agent = new Agent({
 *   name: "greeter",
 *   llm: new MockLLM([decide.respond("Hello")]),
 *   start: "greet",
 *   steps: { greet: { description: "Greet the user" } },
 *   observers: [observer],
 * });
 * await agent.createSession({ id: "ann" }).next("Hi");
 * assertEquals(decisions, ["ann: RESPOND"]);
 * ```
 *
 * @module
 */
import type { SessionEvent } from "../history/event.ts";
import type { SessionStatus } from "../history/position.ts";
import type { LLMRequest } from "../llm/llm.ts";

/** Observer of all turns of an agent's sessions: the agent's option `observers`. */
export interface Observer {
  /** Called when a turn starts. Returns the observer of that turn. */
  beginTurn(turn: ObservedTurn): TurnObserver;
}

/** A turn that starts. */
export interface ObservedTurn {
  /** Name of the agent. */
  readonly agent: string;
  /** The session. */
  readonly sessionId: string;
  /** The step in which the turn begins. */
  readonly step: string;
  /** Text of the user; absent if the agent goes on by itself. */
  readonly input?: string;
}

/**
 * Is told what happens in one turn, in order. It waits for nothing and changes
 * nothing; what it throws ends the turn, with nothing lost.
 */
export interface TurnObserver {
  /** An event was committed. */
  onEvent?(event: SessionEvent): void;
  /** A model is about to be asked; a `decision` or `error` event follows, or the turn ends. */
  onModelCall?(call: ObservedModelCall): Scope | undefined;
  /**
   * A tool is about to run, after its `tool_started` event; its `tool_finished` event
   * follows. An agent that is a tool may come to rest before, and is told of again
   * when it goes on.
   */
  onToolCall?(call: ObservedToolCall): Scope | undefined;
  /** The turn is over. Called once, whatever happens. */
  onEnd?(end: ObservedEnd): void;
}

/** Runs what it is given, and gives its result: in it, what a model or a tool does has a context. */
export type Scope = <Result>(run: () => Result) => Result;

/** A model that is about to be asked. */
export interface ObservedModelCall {
  /** The name of the model. */
  readonly llm: string;
  /** What it is asked. Its `messages` are put together when they are read. */
  readonly request: LLMRequest;
}

/** A tool that is about to run. */
export interface ObservedToolCall {
  /** The name of the tool. */
  readonly tool: string;
  /** What it does. */
  readonly description: string;
  /** The call, as in the events. */
  readonly callKey: string;
  /** The arguments, as the model gave them. */
  readonly args: Readonly<Record<string, unknown>>;
}

/** How a turn ended. */
export interface ObservedEnd {
  /** Where the session stands. */
  readonly status: Exclude<SessionStatus, "running">;
  /** The step in which the turn came to rest. */
  readonly step: string;
  /** What was thrown to the caller, if anything was. */
  readonly error?: unknown;
}
