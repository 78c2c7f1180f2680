/**
 * Options of a turn.
 *
 * @module
 */
import * as v from "valibot";
import * as option from "../schema/option_shape.ts";

/** Options of a turn. */
export interface TurnOptions {
  /**
   * Stops the turn early: when all calls of a decision have ended (`"tool"`), or after a
   * move (`"move"`). The session is then `interrupted`, and `resume()` or `next()`
   * continues. Default: not stopped.
   */
  readonly stopAfter?: "tool" | "move";
  /**
   * Aborts the turn: its promise resolves at once, with status `interrupted`; committed
   * events are kept. If it is already aborted, the input is recorded and no model is
   * called. A turn that still waits for another one leaves the queue: nothing is recorded, and
   * `turn.input` has the input. Default: none.
   */
  readonly signal?: AbortSignal;
  /**
   * Idempotency key of the input, 1 to 200 characters: the input is recorded once, however often it
   * is sent. A repeated call returns the turn of the first one, from the log or as soon as it ends,
   * and continues it if it failed or its process died. A turn that was stopped, is limited or waits
   * for approval is returned as it is. A session remembers its last 1,000 ids. Default: each call
   * is a new input.
   */
  readonly inputId?: string;
}

/** Options of a turn that is streamed. */
export interface StreamOptions extends TurnOptions {
  /**
   * If true, the stream includes the parts of child sessions, each as a `ChildPart`. By
   * default it has the session's own parts only.
   *
   * @default {false}
   */
  readonly children?: boolean;
  /**
   * Maximum time that the turn waits until its reader asks for the next part, in milliseconds by
   * the clock of the session. Then the stream ends as if its reader had left it. Time in which a
   * model or a tool works does not count. `Infinity`: no limit. Default: 300,000, 5 minutes.
   */
  readonly readerTimeout?: number;
}

const turnShape: option.OptionShape<TurnOptions> = {
  stopAfter: v.optional(v.picklist(["tool", "move"], 'expected "tool" or "move"')),
  signal: v.optional(
    v.custom((value) => value instanceof AbortSignal, "expected an AbortSignal"),
  ),
  inputId: v.optional(v.custom(
    (value) => typeof value === "string" && value.length >= 1 && value.length <= 200,
    "expected text of 1 to 200 characters",
  )),
};

const streamShape: option.OptionShape<StreamOptions> = {
  ...turnShape,
  children: option.flag,
  readerTimeout: option.optionalNumber(
    "expected a number of milliseconds from 1; Infinity lifts the limit",
    (value) => value >= 1,
  ),
};

/**
 * Checks the options of `next()`, which may come from untyped code.
 *
 * @throws {ConfigError} if one is invalid or unknown.
 */
export function checkTurnOptions(options: TurnOptions): void {
  option.checkOptions(turnShape, options, "Cannot start a turn");
}

/**
 * Checks the options of `stream()`, which may come from untyped code.
 *
 * @throws {ConfigError} if one is invalid or unknown.
 */
export function checkStreamOptions(options: StreamOptions): void {
  option.checkOptions(streamShape, options, "Cannot start a turn");
}
