/**
 * Pictures and files in AI SDK prompts.
 *
 * @module
 */
import { createMediaError } from "../media_error.ts";
import type { ChatMedia } from "../messages.ts";
import type { AiSdkModel } from "./ai_sdk_model.ts";

/** Model that a prompt is for, and its name in messages. */
export interface Target {
  readonly name: string;
  readonly model: AiSdkModel;
}

/**
 * Returns a function that converts pictures and files to the file parts of the model's
 * specification: since v4, the data is tagged.
 *
 * @throws {LLMError} from the function, if the vendor does not load from the URL of the part.
 */
export async function createMediaConverter(
  { name, model }: Target,
): Promise<(media: ChatMedia) => object> {
  const { specificationVersion } = model;
  const supportedUrls = await model.supportedUrls;
  return (media) => {
    const { part, part: { mediaType, url } } = media;
    if (url !== undefined && supportedUrls && !isSupported(supportedUrls, mediaType, url)) {
      throw createMediaError(
        name,
        part,
        "the vendor does not load it; load its bytes, and pass them as `data`",
      );
    }
    const content = url === undefined
      ? { type: "data", data: media.bytes }
      : { type: "url", url: new URL(url) };
    return {
      type: "file",
      mediaType,
      ...(part.type === "file" && part.name !== undefined && { filename: part.name }),
      data: specificationVersion === "v4" ? content : content.data ?? content.url,
    };
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
