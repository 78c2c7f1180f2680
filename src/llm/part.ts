/**
 * Parts of inputs, tool results and messages: text, pictures and files.
 *
 * @module
 */
import { quote } from "../errors.ts";
import { sha256 } from "../json/text.ts";

/** Part of an input, of a tool's result or of a message. */
export type Part = TextPart | ImagePart | FilePart;

/** Text. */
export interface TextPart {
  /** The discriminator. */
  readonly type: "text";
  /** The text. */
  readonly text: string;
}

/** Bytes, or the address from which the vendor of the model loads them. */
export type MediaContent =
  | {
    /** Bytes, at least one. They are copied when a turn starts, or when a tool returns them. */
    readonly data: Uint8Array;
    /** Absent. */
    readonly url?: undefined;
  }
  | {
    /** Absolute URL. It is passed on, and never loaded here. */
    readonly url: string;
    /** Absent. */
    readonly data?: undefined;
  };

/** Picture. */
export type ImagePart = MediaContent & {
  /** The discriminator. */
  readonly type: "image";
  /** Media type, for example `"image/png"`. */
  readonly mediaType: string;
};

/** File, for example a document or a recording. */
export type FilePart = MediaContent & {
  /** The discriminator. */
  readonly type: "file";
  /** Media type, for example `"application/pdf"`. */
  readonly mediaType: string;
  /** Name of the file, with which the model sees it. Default: none. */
  readonly name?: string;
};

/** Picture or file. */
export type MediaPart = ImagePart | FilePart;

/**
 * Describes a picture or file on one line. Bytes are told apart by the beginning of their hash, so
 * that two pictures of a tool are never the same result.
 */
export async function describeMedia(part: MediaPart): Promise<string> {
  const { type, mediaType, data, url } = part;
  const title = part.type === "file" && part.name !== undefined
    ? `${type} ${quote(part.name)}`
    : type;
  if (data === undefined) return `[${title}: ${mediaType} at ${url}]`;
  const hash = (await sha256(new Uint8Array(data))).slice(0, 8);
  return `[${title}: ${mediaType}, ${data.length} bytes, ${hash}]`;
}
