/**
 * What is still arriving.
 *
 * @module
 */

/**
 * Part of an output that a model is still writing, between the events of
 * `session.stream()`. Deltas are a preview: the `decision` event that follows
 * has all of it. An `error` event, or a `restart`, makes those before it void.
 */
export type Delta =
  | {
    /** The discriminator. */
    readonly type: "delta";
    /** More of what is said to the user: text, or JSON where the step has an `answer` schema. */
    readonly field: "response";
    /** What arrived. */
    readonly text: string;
  }
  | {
    /** The discriminator. */
    readonly type: "delta";
    /** More of the reasoning. */
    readonly field: "reasoning";
    /** Which of its texts, from 0. */
    readonly index: number;
    /** What arrived. */
    readonly text: string;
  }
  | {
    /** The answer begins again, as by a retry: what arrived since the last event is void. */
    readonly type: "restart";
  };
