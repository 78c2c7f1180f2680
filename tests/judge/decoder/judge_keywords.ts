/**
 * Comparison of the table of keywords with XGrammar and with the profiles.
 *
 * @module
 */
import * as v from "valibot";
import { Agent, GraphError, type JsonSchema, MockLLM, Tool } from "@nomos/agent";
import * as llm from "@nomos/agent/llm";
import type { Decoder } from "./decoder.ts";
import { type Effect, type KeywordRow, KEYWORDS } from "./keyword_table.ts";
import { SchemaWriter } from "./schema_order.ts";

const PROFILES = [
  llm.openaiStrict,
  llm.anthropicStructured,
  llm.geminiStructured,
  llm.localGrammar,
  llm.plainJsonSchema,
];

/** Prints the table, and where it is wrong. Returns true if it is right. */
export async function judgeKeywords(decoder: Decoder): Promise<boolean> {
  const problems: string[] = [];
  for (const row of KEYWORDS) {
    const effect = await findEffect(decoder, row);
    const sentBy = await findProfiles(row);
    console.log(`  ${row.name.padEnd(40)} ${effect.padEnd(9)} ${sentBy.join(", ") || "none"}`);
    const found = `${effect}, sent by ${sentBy.join()}`;
    const expected = `${row.effect}, sent by ${row.sentBy.join()}`;
    if (found !== expected) problems.push(`${row.name}: ${found}: expected ${expected}`);
    // A local server must neither refuse a schema nor a legal value.
    const isHarmful = effect === "narrowed" || effect === "aborts";
    if (isHarmful && sentBy.includes(llm.localGrammar.name)) problems.push(`${row.name}: narrowed`);
  }
  for (const problem of problems) console.error(`  failed: ${problem}`);
  return problems.length === 0;
}

async function findEffect(
  decoder: Decoder,
  { form, legal, illegal }: KeywordRow,
): Promise<Effect> {
  const writer = new SchemaWriter(form);
  const texts = [...legal, ...illegal].map((value) => writer.write(value));
  const verdict = await decoder.judge(form, texts);
  if ("aborted" in verdict) return "aborts";
  const [ofLegal, ofIllegal] = [
    verdict.accepted.slice(0, legal.length),
    verdict.accepted.slice(legal.length),
  ];
  if (ofLegal.includes(false)) return "narrowed";
  if (!ofIllegal.includes(true)) return "enforced";
  return ofIllegal.includes(false) ? "partly" : "ignored";
}

/** Returns the names of the profiles in whose form of the author's schema the keyword stands. */
async function findProfiles({ name, form, author }: KeywordRow): Promise<string[]> {
  const keyword = /^\w+/.exec(name)![0];
  const sent: string[] = [];
  for (const profile of PROFILES) {
    const lowered = await lowerProperty(author, profile);
    const value = lowered && findKeyword(lowered, keyword);
    // A type list stands for itself, a format for its value.
    const isSent = keyword === "type"
      ? Array.isArray(value)
      : keyword === "format"
      ? value === form.format
      : value !== undefined && value !== false;
    if (isSent) sent.push(profile.name);
  }
  return sent;
}

/** Returns the lowered form of a property of a tool; undefined if the profile refuses it. */
async function lowerProperty(
  schema: v.GenericSchema,
  schemaProfile: llm.SchemaProfile,
): Promise<JsonSchema | undefined> {
  const args = v.object({ x: schema });
  const tool = new Tool({ name: "t", description: "Do it", args, run: () => "done" });
  const steps = { s: { description: "Serve", tools: [tool] } };
  try {
    const agent = new Agent({
      name: "a",
      llm: new MockLLM([], { schemaProfile }),
      start: "s",
      steps,
    });
    const { schema } = await agent.explain(agent.createSession());
    return findKeyword(schema, "x") as JsonSchema;
  } catch (error) {
    if (error instanceof GraphError) return undefined;
    throw error;
  }
}

/** Returns the first value of a key in a schema, at any depth. */
function findKeyword(schema: unknown, key: string): unknown {
  if (typeof schema !== "object" || schema === null) return undefined;
  if (Object.hasOwn(schema, key)) return (schema as Record<string, unknown>)[key];
  for (const inner of Object.values(schema)) {
    const found = findKeyword(inner, key);
    if (found !== undefined) return found;
  }
  return undefined;
}
