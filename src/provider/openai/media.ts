/**
 * Pictures and files in the Chat Completions protocol.
 *
 * Source: https://platform.openai.com/docs/api-reference/chat/create
 *
 * @module
 */
import { quote } from "../../errors.ts";
import { encodeBase64, toWellFormedJson } from "../../json/text.ts";
import type { MediaPart } from "../../llm/part.ts";
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

/** Returns the reason why the protocol has no form for a picture or file; undefined if it has one. */
export function findMediaProblem({ mediaType, url }: MediaPart): string | undefined {
  const type = normalize(mediaType);
  if (type.startsWith("image/")) {
    if (IMAGES.includes(type)) return undefined;
    return `expected one of ${IMAGES.join(", ")}; convert it, or use a model that takes it`;
  }
  if (!type.startsWith("text/") && type !== "application/pdf" && !AUDIO_FORMATS.has(type)) {
    return "expected a picture, a PDF, a text, or audio as WAV or MP3; convert it, or use a model " +
      "that takes it";
  }
  return url === undefined ? undefined : "expected bytes; load them, and pass them as `data`";
}

/** Writes a picture or file as JSON; the protocol must have a form for it. */
export function writeMedia(part: MediaPart): string {
  return toWellFormedJson(convertMedia(part));
}

function convertMedia(part: MediaPart): unknown {
  const { mediaType, data, url } = part;
  const type = normalize(mediaType);
  if (type.startsWith("image/")) {
    return { type: "image_url", image_url: { url: url ?? toDataUrl(type, data!) } };
  }
  if (type.startsWith("text/")) {
    // Every server takes text, and few take files of it.
    const text = `${title(part)}\n${new TextDecoder().decode(data)}`;
    return { type: "text", text: escapeFrames(text) };
  }
  const format = AUDIO_FORMATS.get(type);
  if (format !== undefined) {
    return { type: "input_audio", input_audio: { data: encodeBase64(data!), format } };
  }
  const filename = nameOf(part) ?? "file.pdf";
  return { type: "file", file: { filename, file_data: toDataUrl(type, data!) } };
}

function normalize(mediaType: string): string {
  const type = mediaType.toLowerCase();
  // Not registered, but common.
  return type === "image/jpg" ? "image/jpeg" : type;
}

function title(part: MediaPart): string {
  const name = nameOf(part);
  return name === undefined ? `File (${part.mediaType}):` : `File ${quote(name)}:`;
}

function nameOf(part: MediaPart): string | undefined {
  return part.type === "file" ? part.name : undefined;
}

function toDataUrl(mediaType: string, data: Uint8Array): string {
  return `data:${mediaType};base64,${encodeBase64(data)}`;
}
