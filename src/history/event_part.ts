/**
 * Parts of inputs and results as events contain them.
 *
 * @module
 */
import type { TextPart } from "../llm/part.ts";

/**
 * Part of an input or a result in an event: JSON, with bytes as base64. A store that has blobs
 * keeps bytes above 8 kB apart from the entry.
 */
export type EventPart = TextPart | EventMedia;

/** Picture or file in an event. It has either `data` or `url`. */
export interface EventMedia {
  /** Kind of the part. */
  readonly type: "image" | "file";
  /** Media type, for example `"image/png"`. */
  readonly mediaType: string;
  /** Name of a file, if it has one. */
  readonly name?: string;
  /** Bytes, as base64. */
  readonly data?: string;
  /** Address of the bytes. */
  readonly url?: string;
}
