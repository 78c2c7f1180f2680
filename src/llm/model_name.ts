/**
 * Parser for model names.
 *
 * @module
 */

/** Parsed name of a model. */
export interface ModelName {
  /** Vendor in lower case, for example `openai`; undefined if the name has none. */
  readonly vendor: string | undefined;
  /** Model name of the vendor. */
  readonly model: string;
}

/** API suffix that the AI SDK appends to a vendor, as in `openai.chat`. */
const ENDPOINT_REGEXP = /\.(?:chat|completion|responses|messages|generative-ai)$/;

/** Splits a name such as `openai/gpt-5-mini` at the first slash into vendor and model. */
export function readModelName(name: string): ModelName {
  const slash = name.indexOf("/");
  if (slash <= 0 || slash === name.length - 1) return { vendor: undefined, model: name };
  const vendor = name.slice(0, slash).toLowerCase().replace(ENDPOINT_REGEXP, "");
  return { vendor, model: name.slice(slash + 1) };
}
