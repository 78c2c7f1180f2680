/**
 * A recorded call: what was asked, as far as it has a meaning, and the answer.
 *
 * @module
 */
import type { Json, JsonObject } from "../../json/json.ts";
import type { Message, Usage } from "../../llm/llm.ts";

/** What was asked of `decide` or `stream`. */
export interface AskedDecision {
  /** The discriminator. */
  readonly type: "decide";
  /** The step; absent outside a decision. It is for readers: the messages tell it too. */
  readonly step?: string;
  /** The name of the schema. */
  readonly schemaName: string;
  /** The schema. */
  readonly schema: JsonObject;
  /** The messages, their `callId`s numbered in the order in which they first appear. */
  readonly messages: readonly Message[];
}

/** What was asked of `embed`. */
export interface AskedEmbedding {
  /** The discriminator. */
  readonly type: "embed";
  /** The texts. */
  readonly texts: readonly string[];
}

/** What was asked of a model. */
export type Asked = AskedDecision | AskedEmbedding;

/** A decision with its answer. */
export interface DecideCall extends AskedDecision {
  /** The texts of a stream; absent if the answer did not come as one. */
  readonly chunks?: readonly string[];
  /** The output: text as text, a value as a value. */
  readonly output: Json;
  /** The tokens, where the model reported them. */
  readonly usage?: Usage;
  /** The model that answered, where the model reported it. */
  readonly model?: string;
}

/** An embedding with its answer. */
export interface EmbedCall extends AskedEmbedding {
  /** A vector for each text. */
  readonly vectors: number[][];
}

/** A call with its answer. */
export type CassetteCall = DecideCall | EmbedCall;
