/**
 * Parts of a stream.
 *
 * @module
 */
import type { Delta } from "../decision/output_preview.ts";
import type { SessionEvent } from "../history/event.ts";
import type { RunningTurn } from "../history/running_turn.ts";
import type { ToolProgress } from "../tool/drain.ts";

/** Part of the stream of a child session, with the option `children` of `stream()`. */
export interface ChildPart {
  /** Kind of part. */
  readonly type: "child";
  /** Idempotency key of the call whose agent emits the part. */
  readonly callKey: string;
  /** Name of the agent. */
  readonly agent: string;
  /** Event or delta of the child session, or a part of a child session below it. */
  readonly part: StreamPart;
}

/**
 * Part of a stream: a committed event, frozen, a delta of an output that is still arriving, the
 * progress of a running call, or, with the option `children`, a part of the stream of a child
 * session.
 */
export type StreamPart = SessionEvent | Delta | ToolProgress | ChildPart;

/** Reader of a stream. The turn waits for its promise before it produces the next part. */
export type Out<Part> = (part: Part) => Promise<void>;

/** Turn that has its lock or its place in the queue. */
export interface StartedTurn<Result> {
  /** The turn; undefined if it is that of another call with the same input. */
  readonly turn?: RunningTurn;
  /** Runs the turn, with a reader if it is streamed. */
  readonly play: (out: Out<StreamPart> | undefined) => Promise<Result>;
}
