/**
 * Pictures and files in AI SDK prompts.
 *
 * @module
 */
import type { MediaPart } from "../../llm/part.ts";
import type { FindProblem } from "../media.ts";
import type { ChatMedia } from "../messages.ts";
import type { AiSdkModel, AiSdkVersion } from "./ai_sdk_model.ts";
import { findMediaRefusal } from "./vendor_error.ts";

/** Model that prompts are for. */
export interface Target {
  /** Name in messages. */
  readonly name: string;
  readonly model: AiSdkModel;
  /** Reasons why the package of the vendor refused parts, by their kinds. */
  readonly refusals: Map<string, string>;
}

/** Returns the function that finds the parts that the vendor does not load, or its package refused. */
export async function createProblemFinder({ model, refusals }: Target): Promise<FindProblem> {
  const supportedUrls = await model.supportedUrls;
  return (part) => {
    const { mediaType, url } = part;
    if (url !== undefined && supportedUrls && !isSupported(supportedUrls, mediaType, url)) {
      return "the vendor does not load it; load its bytes, and pass them as `data`";
    }
    return refusals.get(kindOf(part));
  };
}

/**
 * Records the part that the package of the vendor refused. Packages say nothing before a call about
 * what they take, and do not always name what they refused: then it is what they read last.
 * Returns false if `thrown` is another error.
 *
 * @param read Parts that the package has read.
 */
export function recordRefusal(
  { refusals }: Target,
  read: readonly MediaPart[],
  thrown: unknown,
): boolean {
  const reason = findMediaRefusal(thrown);
  const part = read.findLast(({ mediaType }) => reason?.includes(mediaType)) ?? read.at(-1);
  if (reason === undefined || part === undefined || refusals.has(kindOf(part))) return false;
  refusals.set(kindOf(part), reason);
  return true;
}

/** Returns the kind of a part. Packages take all parts of a kind, or none. */
function kindOf({ mediaType, url }: MediaPart): string {
  return `${url === undefined ? "data" : "url"} ${mediaType.toLowerCase()}`;
}

/**
 * Converts a picture or file to a file part: since v4, the data is tagged.
 *
 * @param onRead Called when the package reads the type of the part.
 */
export function convertMedia(
  media: ChatMedia,
  version: AiSdkVersion,
  onRead: (part: MediaPart) => void,
): object {
  const { part, part: { mediaType, url } } = media;
  const content = url === undefined
    ? { type: "data", data: media.bytes }
    : { type: "url", url: new URL(url) };
  return {
    type: "file",
    get mediaType() {
      onRead(part);
      return mediaType;
    },
    ...(part.type === "file" && part.name !== undefined && { filename: part.name }),
    data: version === "v4" ? content : content.data ?? content.url,
  };
}

/** Returns true if a pattern for the media type, `image/*` or `*` matches the URL. */
function isSupported(
  supported: Readonly<Record<string, readonly RegExp[]>>,
  mediaType: string,
  url: string,
): boolean {
  const type = mediaType.toLowerCase();
  const wildcards = [type, `${type.split("/")[0]}/*`, "*/*", "*"];
  return Object.entries(supported).some(([pattern, urls]) =>
    wildcards.includes(pattern.toLowerCase()) && urls.some((one) => url.search(one) >= 0)
  );
}
