/** Profiles, each with a checker that follows its vendor's document. */
import {
  anthropicStructured,
  geminiStructured,
  localGrammar,
  openaiStrict,
  plainJsonSchema,
} from "@nomos/agent/llm";
import type { JsonSchema } from "@nomos/agent";
import type { SchemaProfile } from "@nomos/agent/llm";
import { assertEquals } from "@std/assert";
import { findAnthropicProblems } from "./anthropic_checker.ts";
import { decisionSchema } from "./fixture.ts";
import { findGeminiProblems } from "./gemini_checker.ts";
import { findLocalProblems } from "./local_checker.ts";
import { findPlainProblems } from "./plain_checker.ts";
import { findStrictProblems } from "./strict_checker.ts";

export interface CheckedProfile {
  readonly profile: SchemaProfile;
  /** Returns the problems that the vendor would have with a schema. */
  readonly find: (schema: Record<string, unknown>) => string[];
}

export const anthropic: CheckedProfile = {
  profile: anthropicStructured,
  find: findAnthropicProblems,
};
export const gemini: CheckedProfile = { profile: geminiStructured, find: findGeminiProblems };
export const local: CheckedProfile = { profile: localGrammar, find: findLocalProblems };
export const plain: CheckedProfile = { profile: plainJsonSchema, find: findPlainProblems };
export const strict: CheckedProfile = { profile: openaiStrict, find: findStrictProblems };

export const PROFILES: readonly CheckedProfile[] = [strict, anthropic, gemini, local, plain];

type Properties = Readonly<Record<string, JsonSchema>>;

/** Returns the lowered arguments of the only tool. Asserts that the vendor accepts the decision. */
export function lowerArgs({ profile, find }: CheckedProfile, schema: unknown): JsonSchema {
  const { json } = decisionSchema({ tools: { t: schema }, profile });
  assertEquals(find(json), [], JSON.stringify(json));
  const { decision } = json.properties as Properties;
  const { calls } = decision!.properties as Properties;
  return ((calls!.items as JsonSchema).properties as Properties).args!;
}
