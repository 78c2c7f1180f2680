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
import type { ObserverError } from "../errors.ts";
import type { ObservedWork, Scope } from "../graph/work.ts";
import type { SessionEvent } from "../history/event.ts";
import type { SessionStatus } from "../history/position.ts";
import type { LLMRequest } from "../llm/llm.ts";

export type { ObservedWork, Scope } from "../graph/work.ts";
export { partsOf } from "../prompt/request_parts.ts";
export type { RequestPart } from "../prompt/request_parts.ts";

/** Observer of all turns of an agent's sessions: the agent's option `observers`. */
export interface Observer {
  /**
   * Called when a turn starts, before a stored session is acquired for it. Returns the observer of
   * that turn. Not called for a malformed command, or for a call that joins a running turn by its
   * `inputId`; a turn that is repeated from the log has no events.
   */
  beginTurn(turn: ObservedTurn): TurnObserver;
}

/** Turn that starts. */
export interface ObservedTurn {
  /** Name of the agent. */
  readonly agent: string;
  /** Id of the session. */
  readonly sessionId: string;
  /** Random text in the session's call keys, if it has one; see `State`. */
  readonly incarnation?: string;
  /**
   * Step in which the turn starts. Of a stored session, the step that is known before it is
   * acquired: another process may have moved it on.
   */
  readonly step: string;
  /** Text of the user; absent if it is blank, and for other commands. */
  readonly input?: string;
}

/**
 * Observer of one turn. Its methods are called in the order of events, and their promises are not
 * awaited. If one throws, or its promise rejects, the turn continues, and the failure is passed to
 * the agent's option `onObserverError`.
 */
export interface TurnObserver {
  /** Called after an event was committed. The event is frozen. */
  onEvent?(event: SessionEvent): void;
  /**
   * Called before a model is called, for a decision or a summary. A `decision`, `error`, `summary`
   * or `model_failed` event follows, or the turn ends. Returns the scope in which the model is
   * called, if it needs one.
   */
  onModelCall?(call: ObservedModelCall): Scope | undefined;
  /**
   * Called before a tool runs, after its `tool_started` event; its `tool_finished` event
   * follows. If the tool is an agent that is suspended, it is called again when the call
   * continues. Returns the scope in which the tool runs, if it needs one.
   */
  onToolCall?(call: ObservedToolCall): Scope | undefined;
  /**
   * Called before other work that the turn waits for. Returns the scope in which the work runs, if
   * it needs one; if `run` returns a promise, the work lasts until that has settled. Scopes nest:
   * a moment belongs to the innermost. Not called for the renewal of a lease, because the turn does
   * not wait for it.
   */
  onWork?(work: ObservedWork): Scope | undefined;
  /**
   * Called before the `tool_finished` event of a call whose tool threw, or whose change of the data
   * was refused.
   */
  onToolError?(error: ObservedToolError): void;
  /**
   * Called once when the turn is over, also if it failed or was refused, for example because the
   * session is busy.
   */
  onEnd?(end: ObservedEnd): void;
}

/** Called with the failure of an observer: the agent's option `onObserverError`. */
export type OnObserverError = (error: ObserverError) => void;

/** Called with a problem that stops no turn: the agent's option `onWarning`. */
export type OnWarning = (message: string, cause: unknown) => void;

/** Warns the author; by default, only the first problem of a kind is shown. @internal */
export type Warn = (kind: string, message: string, cause?: unknown) => void;

/** Model call that starts. */
export interface ObservedModelCall {
  /** Name of the LLM. */
  readonly llm: string;
  /** Request to the model. Its `messages` are built when they are first read. */
  readonly request: LLMRequest;
}

/** Tool call that starts. */
export interface ObservedToolCall {
  /** Name of the tool. */
  readonly tool: string;
  /** Description of the tool. */
  readonly description: string;
  /** Idempotency key of the call, as in the events. */
  readonly callKey: string;
  /** Arguments, as the model wrote them. */
  readonly args: Readonly<Record<string, unknown>>;
}

/** Failure of a tool. */
export interface ObservedToolError {
  /** Name of the tool. */
  readonly tool: string;
  /** Idempotency key of the call. */
  readonly callKey: string;
  /** Value that the tool threw, or the error that refused its `setData()`. */
  readonly error: unknown;
}

/** End of a turn. */
export interface ObservedEnd {
  /** Status of the session; as it was last known, if the turn was refused. */
  readonly status: Exclude<SessionStatus, "running">;
  /** Step in which the turn ended. */
  readonly step: string;
  /** Error that is thrown to the caller; absent if the turn did not fail. */
  readonly error?: unknown;
}
