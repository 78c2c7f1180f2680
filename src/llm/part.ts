/**
 * Parts of inputs, tool results and messages: text, pictures and files.
 *
 * @module
 */

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
