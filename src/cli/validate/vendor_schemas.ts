/**
 * Schemas of an agent's decisions, as sent to the vendors of models.
 *
 * @module
 */
import { PROVIDERS } from "../../config/model/providers.ts";
import { DecisionForm } from "../../decision/decision_schema.ts";
import { ConfigError } from "../../errors.ts";
import { buildShape, type Graph, type Step } from "../../graph/graph.ts";
import { findVendor } from "../../provider/ai_sdk/vendor.ts";
import { listLostKeywords, type LostKeyword } from "../../schema/lowering/lost_keywords.ts";
import { profileOf } from "../../schema/profiles/openai_strict.ts";
import type { SchemaProfile } from "../../schema/schema_profile.ts";
import { toolInternals } from "../../tool/tool_internals.ts";
import { readChoice } from "../read_choice.ts";

/** Schema of a step's decisions for one vendor. */
export interface StepSchema {
  /** Size of the JSON Schema, in bytes. */
  readonly bytes: number;
  /**
   * Keywords of arguments and answers that the vendor's models do not accept. They are described in
   * words.
   */
  readonly lost: readonly LostKeyword[];
}

/** Schemas by vendor and step. */
export type VendorSchemas = Readonly<Record<string, Readonly<Record<string, StepSchema>>>>;

/** Schemas, and the steps that a vendor refuses. */
export interface CheckedSchemas {
  readonly schemas: VendorSchemas;
  readonly problems: readonly { readonly step: string; readonly message: string }[];
}

/**
 * Builds the schemas of the agent's own vendors, each for the steps that it plays, and those of
 * further vendors for all steps.
 */
export function checkSchemas({ steps }: Graph, further: readonly string[]): CheckedSchemas {
  const all = [...steps.values()];
  const plans = new Map<string, { readonly profile: SchemaProfile; readonly steps: Step[] }>();
  for (const step of all) {
    const vendor = vendorOf(step);
    const plan = plans.get(vendor) ?? { profile: profileOf(step.llm), steps: [] };
    plan.steps.push(step);
    plans.set(vendor, plan);
  }
  for (const vendor of further) plans.set(vendor, { profile: findProfile(vendor), steps: all });
  const problems: { readonly step: string; readonly message: string }[] = [];
  const schemas = Object.fromEntries(
    [...plans].map(([vendor, { profile, steps }]) => {
      const sized = steps.flatMap((step): [string, StepSchema][] => {
        const schema = buildSchema(step, profile);
        if (typeof schema !== "string") return [[step.id, schema]];
        problems.push({ step: step.id, message: `${vendor} refuses its schema: ${schema}` });
        return [];
      });
      return [vendor, Object.fromEntries(sized)];
    }),
  );
  return { schemas, problems };
}

/**
 * Returns the schema profile of a vendor that the user named.
 *
 * @throws {UsageError} if there is no such vendor.
 */
export function findProfile(vendor: string): SchemaProfile {
  const provider = readChoice("for", vendor, Object.keys(PROVIDERS));
  return findVendor({ provider, modelId: "" }).schemaProfile;
}

/**
 * Returns the vendor in the name of a step's model: `openai` of `openai/gpt-5-mini` and of
 * `openai.chat/gpt-5-mini`, `localhost:8080` of `localhost:8080/qwen3`.
 */
function vendorOf({ llm: { name } }: Step): string {
  const [place = ""] = name.split("/");
  const [vendor = ""] = place.split(/[.:]/);
  return Object.hasOwn(PROVIDERS, vendor) ? vendor : place;
}

/** Builds the schema of a step; returns the reason if the vendor refuses it. */
function buildSchema(step: Step, profile: SchemaProfile): StepSchema | string {
  const { tools, answer } = step;
  try {
    const { json, excess } = new DecisionForm({ ...buildShape(step, step.wholeOffer), profile });
    if (excess !== undefined) return excess;
    const owners = [
      ...tools.map((tool) => [tool.name, toolInternals(tool).schema] as const),
      ...answer === undefined ? [] : [["answer", answer] as const],
    ];
    const lost = owners.flatMap(([owner, { form }]) =>
      listLostKeywords(form, profile).map(({ path, keyword }) => ({
        path: path === "" || path.startsWith("[") ? `${owner}${path}` : `${owner}.${path}`,
        keyword,
      }))
    );
    return { bytes: new TextEncoder().encode(JSON.stringify(json)).length, lost };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.message;
  }
}

/** Maximum length of a line with several vendors, in characters. */
const MAX_LINE = 110;

/** Formats the schemas: sizes, and what each vendor loses. A long line is divided by vendor. */
export function formatSchemas(schemas: VendorSchemas): string {
  const parts = Object.entries(schemas).map(([vendor, steps]) => {
    const sizes = Object.values(steps).map(({ bytes }) => (bytes / 1000).toFixed(1));
    if (sizes.length === 0) return `${vendor}: none`;
    const [least, most] = [sizes.reduce(smaller), sizes.reduce(larger)];
    const size = least === most ? `${most} kB` : `${least} to ${most} kB`;
    return [`${vendor}: ${size}`, ...formatLost(Object.values(steps))].join(", ");
  });
  const line = `Schemas for ${parts.join("; ")}`;
  return line.length <= MAX_LINE ? line : parts.map((part) => `Schemas for ${part}`).join("\n");
}

const smaller = (a: string, b: string) => Number(a) <= Number(b) ? a : b;
const larger = (a: string, b: string) => Number(a) >= Number(b) ? a : b;

/** Maximum number of values whose lost keywords are named. */
const MAX_NAMED = 3;

function formatLost(steps: readonly StepSchema[]): readonly string[] {
  const byPath = new Map<string, Set<string>>();
  for (const { path, keyword } of steps.flatMap(({ lost }) => lost)) {
    byPath.set(path, (byPath.get(path) ?? new Set()).add(keyword));
  }
  if (byPath.size === 0) return [];
  const named = [...byPath].slice(0, MAX_NAMED).map(([path, keywords]) =>
    `${path} loses its ${[...keywords].map(nameKeyword).join(" and its ")}`
  );
  const others = byPath.size - named.length;
  if (others > 0) named.push(`${others} more ${others === 1 ? "value loses" : "values lose"} some`);
  return [`${named.join(", ")} (described in words)`];
}

/** Returns a keyword, or a word that says more. */
function nameKeyword(keyword: string): string {
  return keyword === "prefixItems" ? "order" : keyword;
}
