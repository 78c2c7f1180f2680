/**
 * Errors about pictures and files that a model does not take.
 *
 * @module
 */
import { quote } from "../errors.ts";
import { LLMError } from "../llm/llm_error.ts";
import type { FilePart, ImagePart } from "../llm/part.ts";

/**
 * Creates the error of a part that cannot be sent. Nothing was requested, so no tokens are counted.
 *
 * @param reason Form that the model takes, and the way out.
 */
export function createMediaError(
  llm: string,
  part: ImagePart | FilePart,
  reason: string,
): LLMError {
  const name = part.type === "file" && part.name !== undefined ? ` ${quote(part.name)}` : "";
  const where = part.url === undefined ? "" : ` at ${quote(part.url)}`;
  return new LLMError(
    `Cannot send the ${part.type}${name} of type ${
      quote(part.mediaType)
    }${where} to ${llm}: ${reason}`,
    { usage: { input: 0, output: 0 } },
  );
}
