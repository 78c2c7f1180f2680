/**
 * One conversation with a hostile world, as data: it can be printed and played again.
 *
 * @module
 */
import type { Limits } from "../../cost/limits.ts";

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
  | "redirect"
  | "cycle"
  | "big integer"
  | "huge text"
  | "mutate"
  /** Its result comes after those of calls that began with it. */
  | "late"
  /** It never ends: the turn is aborted while it runs. */
  | "hang"
  /** The process dies while it runs: the session goes on elsewhere, from its state. */
  | "die";

/** How an answer of a model that streams arrives. */
export type StreamBehaviour =
  | "result"
  /** After half of it, it begins again. */
  | "restart"
  /** All of it arrives, but the stream ends without a result. */
  | "no result"
  /** After half of it, the stream throws. */
  | "throw"
  /** After half of it, nothing more comes: the turn is aborted. */
  | "hang";

/** What a person does about a call that waits. */
export type FuzzVerdict =
  | "approve"
  | "deny"
  | "settle"
  /** A second time it must be refused. */
  | "approve twice"
  /** By a key that no call has: it must be refused. */
  | "approve a wrong key"
  /** By the hash of no call: it must be refused. */
  | "approve a wrong hash"
  /** At once: one of them must be refused. */
  | "approve and deny";

/** One turn. */
export interface FuzzTurn {
  /**
   * What the user says; absent where the model is asked to go on. With a verdict,
   * the reason of a denial or the result that is settled.
   */
  readonly input?: string;
  /** What the model says, call by call; then it answers or ends. */
  readonly outputs: readonly FuzzOutput[];
  /** What tools do, call by call; then they give results. */
  readonly tools: readonly ToolBehaviour[];
  /** How answers arrive, call by call, of a model that streams; then with their results. */
  readonly streams?: readonly StreamBehaviour[];
  /** What a person decides, where a call waits; else the turn is one as any. Default: nothing. */
  readonly verdict?: FuzzVerdict;
  /** Which of the calls that wait, counted round. Default: the first. */
  readonly call?: number;
  /** What functions that decide about approval say. Default: that it is needed. */
  readonly needsApproval?: boolean;
  /** The event after which the turn is aborted, from 0. Default: none. */
  readonly abortAfter?: number;
  /** The event after which the process dies, from 1: the session goes on elsewhere. Default: none. */
  readonly diesAfter?: number;
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
  /** The model streams, in pieces of about so many characters. Default: it does not stream. */
  readonly chunkLength?: number;
  /** What the session and its turns may spend; tokens are estimated. Default: no limits. */
  readonly limits?: Limits;
}
