/**
 * Reading the names of models.
 *
 * @module
 */

/** What the name of a model says. */
export interface ModelName {
  /** Whose model it is, in lower case, for example `openai`; undefined where the name does not say. */
  readonly vendor: string | undefined;
  /** The model, as its vendor names it. */
  readonly model: string;
}

/** What the AI SDK adds to a vendor for the kind of endpoint: `openai.chat`, `anthropic.messages`. */
const ENDPOINT_REGEXP = /\.(?:chat|completion|responses|messages|generative-ai)$/;

/** The vendor and the model in a name such as `openai/gpt-5-mini`: what stands before and after the first slash. */
export function readModelName(name: string): ModelName {
  const slash = name.indexOf("/");
  if (slash <= 0 || slash === name.length - 1) return { vendor: undefined, model: name };
  const vendor = name.slice(0, slash).toLowerCase().replace(ENDPOINT_REGEXP, "");
  return { vendor, model: name.slice(slash + 1) };
}
