/**
 * Watching what an agent does: for traces, logs and meters.
 *
 * @module
 */
import type { SessionEvent } from "../history/event.ts";
import type { SessionStatus } from "../history/position.ts";
import type { LLMRequest } from "../llm/llm.ts";

/** Is told of every turn of an agent's sessions. Given to the agent as `observers`. */
export interface Observer {
  /** A turn begins. What it gives is told the rest. */
  beginTurn(turn: ObservedTurn): TurnObserver;
}

/** A turn that begins. */
export interface ObservedTurn {
  /** The name of the agent. */
  readonly agent: string;
  /** The session. */
  readonly sessionId: string;
  /** The step in which the turn begins. */
  readonly step: string;
  /** What the user said; absent where the agent goes on by itself. */
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
