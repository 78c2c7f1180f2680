/**
 * Fuzz cases: conversations as data that can be printed and played again.
 *
 * @module
 */
import type { Limits } from "../../cost/limits.ts";

/** Output of one model call. */
export type FuzzOutput =
  /** The legal move at index `pick`, modulo their number. An answer consists of `text`. */
  | { readonly kind: "legal"; readonly pick: number; readonly text: string }
  /** Calls of tools, whether legal or not. */
  | {
    readonly kind: "calls";
    readonly calls: readonly { readonly tool: string; readonly args: unknown }[];
  }
  /** A text or value, returned unchanged. */
  | { readonly kind: "raw"; readonly output: unknown }
  /** A text or value that is illegal in every step and must be refused. */
  | { readonly kind: "illegal"; readonly output: unknown }
  /** A text of the given length. */
  | { readonly kind: "huge"; readonly characters: number }
  /** The model throws. */
  | { readonly kind: "failure" };

/** Behaviour of one tool call. */
export type ToolBehaviour =
  | "result"
  | "throw"
  | "throw undefined"
  | "redirect"
  | "cycle"
  | "big integer"
  | "huge text"
  | "mutate"
  /** Returns its result after those of parallel calls. */
  | "late"
  /** Never returns; the turn is aborted while it runs. */
  | "hang"
  /** The process crashes during the call; another one continues the session from its state. */
  | "die";

/** Behaviour of one streamed answer. */
export type StreamBehaviour =
  | "result"
  /** Restarts after half of the text. */
  | "restart"
  /** Ends after the whole text, without a result. */
  | "no result"
  /** Throws after half of the text. */
  | "throw"
  /** Stops after half of the text; the turn is aborted. */
  | "hang";

/** Verdict on a waiting call. */
export type FuzzVerdict =
  | "approve"
  | "deny"
  | "settle"
  /** The second approval must be refused. */
  | "approve twice"
  /** No call has the key, so the approval must be refused. */
  | "approve a wrong key"
  /** No call has the hash, so the approval must be refused. */
  | "approve a wrong hash"
  /** Both at the same time; the denial must be refused. */
  | "approve and deny";

/** One turn. */
export interface FuzzTurn {
  /**
   * Input of the user; absent if the model continues without one. With a verdict,
   * the reason of a denial or the result of a settled call.
   */
  readonly input?: string;
  /** Outputs of the model, in order. After the last one it makes the first legal move. */
  readonly outputs: readonly FuzzOutput[];
  /** Behaviours of tool calls, in order. Further calls return results. */
  readonly tools: readonly ToolBehaviour[];
  /** Behaviours of streamed answers, in order. Further answers return results. */
  readonly streams?: readonly StreamBehaviour[];
  /** Verdict on a waiting call; ignored if none waits. Default: no verdict. */
  readonly verdict?: FuzzVerdict;
  /** Index of the waiting call for the verdict, modulo their number. Default: 0. */
  readonly call?: number;
  /** Return value of `needsApproval` functions. Default: true. */
  readonly needsApproval?: boolean;
  /** Number of events after which the turn is aborted, at least 0. Default: never. */
  readonly abortAfter?: number;
  /**
   * Number of events after which the process crashes, at least 1. Another one then
   * continues the session. Default: never.
   */
  readonly diesAfter?: number;
  /** Number of events after which the reader leaves the stream. Default: never. */
  readonly breakAfter?: number;
  /** If true, a second turn is started while this one runs. Default: false. */
  readonly isDoubled?: boolean;
  /** Passed to the turn: stop after tool calls or after a move. Default: at the end of the turn. */
  readonly stopAfter?: "tool" | "move";
  /** If true, the turn is a `resume()` if the session can resume. Default: false. */
  readonly isResumed?: boolean;
}

/** A whole conversation. */
export interface FuzzCase {
  /** Turns, in order. */
  readonly turns: readonly FuzzTurn[];
  /** Minimum length of streamed chunks, in characters. Default: the model does not stream. */
  readonly chunkLength?: number;
  /** Limits of the session; tokens are estimated. Default: no limits. */
  readonly limits?: Limits;
}
