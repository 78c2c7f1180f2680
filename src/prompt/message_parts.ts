/**
 * Messages with pictures and files.
 *
 * @module
 */
import type { EventMedia, EventPart } from "../history/event_part.ts";
import { decodeBase64, encodeBase64 } from "../json/base64.ts";
import type { Message } from "../llm/llm.ts";
import type { Part } from "../llm/part.ts";

/** Characters that a picture or file counts for, about 1,000 tokens, as vendors count a picture. */
const MEDIA_CHARS = 4_000;

/** Returns a frozen message with the parts of an event, if it has any, below a title. */
export function addParts(
  message: Message,
  parts: readonly EventPart[] | undefined,
  title?: string,
): Message {
  if (parts === undefined) return message;
  const texts = title === undefined ? [] : [toPart({ type: "text", text: title })];
  return Object.freeze({ ...message, parts: Object.freeze([...texts, ...parts.map(toPart)]) });
}

/** Returns the length of a message, in characters. */
export function countMessage({ content, parts }: Message): number {
  if (parts === undefined) return content.length;
  return content.length + MEDIA_CHARS * parts.filter(({ type }) => type !== "text").length;
}

function toPart(part: EventPart): Part {
  if (part.type === "text") {
    return Object.freeze({ type: part.type, text: part.text.toWellFormed() });
  }
  const { data, ...rest } = part;
  if (data === undefined) return Object.freeze(rest) as Part;
  // Decoded when they are read, because providers convert a message once, and many models never do.
  const media = {
    ...rest,
    get data() {
      return decodeBase64(data);
    },
  };
  Object.setPrototypeOf(media, BYTES_AS_TEXT);
  return Object.freeze(media) as unknown as Part;
}

/** Writes a part with its bytes as base64, because JSON has no bytes. */
const BYTES_AS_TEXT = {
  toJSON(this: EventMedia & { readonly data: Uint8Array }): EventMedia {
    return { ...this, data: encodeBase64(this.data) };
  },
};
