/**
 * One conversation with a hostile world, as data: it can be printed and played again.
 *
 * @module
 */

/** What the model says at one call. */
export type FuzzOutput =
  /** The open choice at this place, counted round; an answer says `text`. */
  | { readonly kind: "legal"; readonly pick: number; readonly text: string }
  /** Calls of tools, whether or not arguments are valid and tools are open. */
  | {
    readonly kind: "calls";
    readonly calls: readonly { readonly tool: string; readonly args: unknown }[];
  }
  /** A text or a value as it is. */
  | { readonly kind: "raw"; readonly output: unknown }
  /** A text or a value that is no decision in any step: it must be refused. */
  | { readonly kind: "illegal"; readonly output: unknown }
  /** A text of so many characters. */
  | { readonly kind: "huge"; readonly characters: number }
  /** The model throws. */
  | { readonly kind: "failure" };

/** What a tool does when it is called. */
export type ToolBehaviour =
  | "result"
  | "throw"
  | "throw undefined"
  | "fallback"
  | "cycle"
  | "big integer"
  | "huge text"
  | "mutate"
  /** It never ends: the turn is aborted while it runs. */
  | "hang";

/** All of them, the plain one first: a failing case shrinks towards it. */
export const TOOL_BEHAVIOURS: readonly ToolBehaviour[] = [
  "result",
  "throw",
  "throw undefined",
  "fallback",
  "cycle",
  "big integer",
  "huge text",
  "mutate",
  "hang",
];

/** One turn. */
export interface FuzzTurn {
  /** What the user says; absent where the model is asked to go on. */
  readonly input?: string;
  /** What the model says, call by call; then it answers or ends. */
  readonly outputs: readonly FuzzOutput[];
  /** What tools do, call by call; then they give results. */
  readonly tools: readonly ToolBehaviour[];
  /** The event after which the turn is aborted, from 0. Default: none. */
  readonly abortAfter?: number;
  /** The event after which the stream is broken off. Default: none. */
  readonly breakAfter?: number;
  /** Whether a second turn is asked for while this one runs. Default: no. */
  readonly isDoubled?: boolean;
  /** Whether control comes back after tools or a move. Default: when the turn is over. */
  readonly stopAfter?: "tool" | "move";
  /** Whether it is a `resume()`, where there is something to resume. Default: no. */
  readonly isResumed?: boolean;
}

/** A whole conversation. */
export interface FuzzCase {
  /** Its turns, in order. */
  readonly turns: readonly FuzzTurn[];
}
