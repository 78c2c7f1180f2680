/**
 * A model around another.
 *
 * @module
 */
import type { LLM } from "../llm.ts";

/** What a wrapper does in place of the methods of its model. */
export type WrapperMethods = Required<Pick<LLM, "decide" | "stream" | "embed">>;

/** A model of the same name and profile. It streams and embeds only if the inner one does. */
export function wrapModel(llm: LLM, { decide, stream, embed }: WrapperMethods): LLM {
  const { name, schemaProfile } = llm;
  return {
    name,
    ...(schemaProfile !== undefined && { schemaProfile }),
    decide,
    ...(llm.stream !== undefined && { stream }),
    ...(llm.embed !== undefined && { embed }),
  };
}
