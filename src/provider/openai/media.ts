/**
 * Pictures and files in the Chat Completions protocol.
 *
 * Source: https://platform.openai.com/docs/api-reference/chat/create
 *
 * @module
 */
import { quote } from "../../errors.ts";
import { encodeBase64 } from "../../json/base64.ts";
import { toWellFormedJson } from "../../json/text.ts";
import type { FilePart, ImagePart } from "../../llm/part.ts";
import { createMediaError } from "../media_error.ts";
import { escapeFrames } from "../messages.ts";

/** Pictures that the protocol takes. */
const IMAGES: readonly string[] = ["image/png", "image/jpeg", "image/webp", "image/gif"];

/** Formats of recordings by their media types. */
const AUDIO_FORMATS: ReadonlyMap<string, string> = new Map([
  ["audio/wav", "wav"],
  ["audio/x-wav", "wav"],
  ["audio/wave", "wav"],
  ["audio/mpeg", "mp3"],
  ["audio/mp3", "mp3"],
]);

/**
 * Writes a picture or file as JSON.
 *
 * @throws {LLMError} if the protocol has no form for it.
 */
export function writeMedia(part: ImagePart | FilePart, llm: string): string {
  return toWellFormedJson(convertMedia(part, llm));
}

function convertMedia(part: ImagePart | FilePart, llm: string): unknown {
  const { mediaType, data, url } = part;
  const lower = mediaType.toLowerCase();
  // Not registered, but common.
  const type = lower === "image/jpg" ? "image/jpeg" : lower;
  if (type.startsWith("image/")) {
    if (!IMAGES.includes(type)) {
      throw createMediaError(
        llm,
        part,
        `expected one of ${IMAGES.join(", ")}; convert it, or use a model that takes it`,
      );
    }
    return { type: "image_url", image_url: { url: url ?? toDataUrl(type, data!) } };
  }
  if (type.startsWith("text/") && data !== undefined) {
    // Every server takes text, and few take files of it.
    const text = `${title(part)}\n${new TextDecoder().decode(data)}`;
    return { type: "text", text: escapeFrames(text) };
  }
  const format = AUDIO_FORMATS.get(type);
  const isKnown = format !== undefined || type === "application/pdf" || type.startsWith("text/");
  if (!isKnown) {
    throw createMediaError(
      llm,
      part,
      "expected a picture, a PDF, a text, or audio as WAV or MP3; convert it, or use a model that " +
        "takes it",
    );
  }
  if (data === undefined) {
    throw createMediaError(llm, part, "expected bytes; load them, and pass them as `data`");
  }
  if (format !== undefined) {
    return { type: "input_audio", input_audio: { data: encodeBase64(data), format } };
  }
  const filename = nameOf(part) ?? "file.pdf";
  return { type: "file", file: { filename, file_data: toDataUrl(type, data) } };
}

function title(part: ImagePart | FilePart): string {
  const name = nameOf(part);
  return name === undefined ? `File (${part.mediaType}):` : `File ${quote(name)}:`;
}

function nameOf(part: ImagePart | FilePart): string | undefined {
  return part.type === "file" ? part.name : undefined;
}

function toDataUrl(mediaType: string, data: Uint8Array): string {
  return `data:${mediaType};base64,${encodeBase64(data)}`;
}
