/**
 * Messages with pictures and files.
 *
 * @module
 */
import type { EventPart } from "../history/event_part.ts";
import { decodeBase64 } from "../json/text.ts";
import type { Message } from "../llm/llm.ts";
import type { Part } from "../llm/part.ts";

/** Tokens that a picture or file counts for, about as many as vendors count for a picture. */
const MEDIA_TOKENS = 1_000;

/** Characters that a picture or file counts for. */
const MEDIA_CHARS = 4 * MEDIA_TOKENS;

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

/** Returns a message with the descriptions of its pictures and files in place of them. */
export function removeParts(message: Message): Message {
  if (message.parts === undefined) return message;
  const { parts: _, ...rest } = message;
  return Object.freeze(rest);
}

/** Returns the length of a message, in characters. */
export function countMessage(message: Message): number {
  return message.content.length + MEDIA_CHARS * countMedia(message);
}

/** Returns the size of a message in tokens, with a function that measures texts. */
export function measureMessage(message: Message, measure: (text: string) => number): number {
  return measure(message.content) + MEDIA_TOKENS * countMedia(message);
}

function countMedia({ parts }: Message): number {
  return parts === undefined ? 0 : parts.filter(({ type }) => type !== "text").length;
}

function toPart(part: EventPart): Part {
  const { data, ...texts } = { data: undefined, ...part };
  const fields = Object.entries(texts).map(([name, text]) => [name, text.toWellFormed()]);
  const rest: object = Object.fromEntries(fields);
  if (data === undefined) return Object.freeze(rest) as Part;
  const media = {
    ...rest,
    // Decoded when it is read, because a provider reads it once, and many models never do.
    get data() {
      return decodeBase64(data);
    },
  };
  // JSON has no bytes. Not enumerable, so that the part equals one that a user writes.
  Object.defineProperty(media, "toJSON", { value: () => part });
  return Object.freeze(media) as unknown as Part;
}
