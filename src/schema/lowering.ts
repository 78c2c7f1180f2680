/**
 * From the JSON Schema of a schema library to the subset that a model accepts.
 *
 * Lowering may widen what the model can say, for the author's schema validates
 * afterwards; it never narrows. What has no form is refused with its keyword.
 *
 * | construct | OpenAI strict | Anthropic | Gemini | plain |
 * | --- | --- | --- | --- | --- |
 * | object | closed | closed | closed | closed |
 * | optional property | required, or null | not required | not required | not required |
 * | record, open object | refused | refused | kept | kept |
 * | `unknown`, `any` | refused | refused | refused | kept |
 * | `never`, `patternProperties`, `if` | refused | refused | refused | refused |
 * | `allOf` (intersect) | refused | refused | refused | kept |
 * | tuple | array of its length, of any of its items | the same, its length in words | `prefixItems` | `prefixItems` |
 * | tuple with rest | refused | refused | `prefixItems` | `prefixItems` |
 * | `anyOf`, `oneOf` | `anyOf`, constants first in each object | the same | the same | the same |
 * | `const` | kept | kept | `enum` of one | kept |
 * | `enum` | kept | kept | of text or of numbers; others in words | kept |
 * | `$ref` | kept, definitions renamed | the same | the same | the same, with its description |
 * | recursion | kept | refused | kept; its properties are not required | kept |
 * | `pattern` | kept | kept if simple | in words | kept |
 * | `format` | nine | the nine and `uri` | `date-time`, `date`, `time` | those of JSON Schema |
 * | limits of a number | kept | in words | `minimum`, `maximum` | kept |
 * | `minItems`, `maxItems` | kept | `minItems` up to 1 | kept | kept |
 * | lengths of text, other restrictions | in words | in words | in words | kept |
 * | defaults, patterns with look-around | in words | in words | in words | in words |
 * | limits of size | levels, properties, values, names | 24 optional properties, 16 unions | none told | none |
 *
 * @module
 */
import type { JsonSchema } from "../json/json.ts";
import { resolveReference, saysNothing } from "./json_reference.ts";
import { lowerArray } from "./lower_array.ts";
import { lowerObject } from "./lower_object.ts";
import { lowerValues } from "./lower_values.ts";
import { discriminatorsFirst } from "./lowered_form.ts";
import type { Lowered, LoweredProperty, LoweringContext } from "./lowering_context.ts";
import { described, note, WORDS_OF } from "./lowering_words.ts";
import {
  anyPlan,
  deletesNulls,
  emptyPlan,
  findDisagreement,
  hasChoice,
  type NullPlan,
} from "./null_plan.ts";
import { isRestriction, restricted } from "./restrictions.ts";
import type { SchemaProfile } from "./schema_profile.ts";

/** A schema in the form that goes to a model. */
export interface LoweredSchema {
  /** The lowered schema. */
  readonly schema: JsonSchema;
  /** The definitions it refers to, by their new names. */
  readonly definitions: Readonly<Record<string, JsonSchema>>;
  /** Where nulls are deleted on the way back; absent where nowhere. */
  readonly nulls?: NullPlan;
}

/** Says that a construct has no form: where, which keyword, and what was expected. */
export class LoweringError extends Error {
  override readonly name = "LoweringError";
}

/** Lowers a schema; `prefix` is put before the names of its definitions. */
export function lower(source: JsonSchema, profile: SchemaProfile, prefix: string): LoweredSchema {
  const lowering = new Lowering(source, profile, prefix);
  const { schema, plan } = lowering.lower(source, "");
  lowering.checkBranches();
  const definitions = lowering.definitions();
  return deletesNulls(plan) ? { schema, definitions, nulls: plan } : { schema, definitions };
}

/** A definition, which may still be in the making. */
interface Definition extends Lowered {
  /** Its reference. */
  readonly $ref: string;
  /** How many properties, one inside the other, it is lowered in; -1 once it is. */
  depth: number;
}

/** A union or an intersection. */
interface Joined {
  readonly path: string;
  readonly plan: NullPlan;
  readonly isUnion: boolean;
}

class Lowering implements LoweringContext {
  /** References that close a cycle, and that no property of the cycle has answered for. */
  #cycles = 0;
  /** How many properties, one inside the other, are being lowered. */
  #depth = 0;
  /** The definitions, by the reference that the source has. */
  readonly #definitions = new Map<string, Definition>();
  /** The references, by their new names, that are branches of a union. */
  readonly #branches = new Set<unknown>();
  /** Unions and intersections. */
  readonly #joined: Joined[] = [];

  constructor(
    readonly root: JsonSchema,
    readonly profile: SchemaProfile,
    readonly prefix: string,
  ) {}

  definitions(): Record<string, JsonSchema> {
    return Object.fromEntries(
      [...this.#definitions.values()].map(({ schema, $ref }, index) => [
        `${this.prefix}${index}`,
        this.#branches.has($ref) ? discriminatorsFirst(schema) : schema,
      ]),
    );
  }

  /** Refuses unions whose branches disagree; only when all is lowered are recursive plans whole. */
  checkBranches(): void {
    for (const { path, plan, isUnion } of this.#joined) {
      // What all parts of an intersection say together is clear, unless one of them is a choice.
      if (!isUnion && !plan.branches.some((part) => hasChoice(part))) continue;
      const disputed = findDisagreement(plan.branches);
      if (disputed === undefined) continue;
      this.refuse(
        path === "" ? disputed : `${path}.${disputed}`,
        `a property that is optional in one branch of ${
          isUnion ? "a union" : "an intersection"
        } and nullable in another`,
        "the same in every branch",
      );
    }
  }

  lower(source: unknown, path: string, isOpen = false): Lowered {
    if (this.profile.unknown && saysNothing(source)) {
      return { schema: described({}, Object(source), []), plan: anyPlan };
    }
    if (typeof source !== "object" || source === null || Array.isArray(source)) {
      return this.refuse(path, `a schema that is ${JSON.stringify(source)}`, "a described type");
    }
    const schema = source as JsonSchema;
    if (typeof schema.$ref === "string") return this.#reference(schema, path, isOpen);
    const { allOf } = schema;
    if (Array.isArray(allOf) && allOf.every(isRestriction)) {
      const { allOf: _, ...rest } = schema;
      const words = allOf.flatMap((part: JsonSchema) =>
        Object.entries(part).flatMap(([keyword, value]) => note(keyword, value))
      );
      return this.lower({ ...rest, [WORDS_OF]: words } as JsonSchema, path, isOpen);
    }
    if (Array.isArray(allOf) && this.profile.intersections) {
      return this.#intersection(schema, allOf, path);
    }
    for (const keyword of ["allOf", "if", "dependentSchemas", "patternProperties"]) {
      if (schema[keyword] !== undefined) {
        return this.refuse(path, `"${keyword}"`, "one object, array, union or primitive");
      }
    }
    const union = schema.anyOf ?? schema.oneOf;
    if (Array.isArray(union)) return this.union(schema, union, path, isOpen);
    if (schema.enum !== undefined || "const" in schema) return lowerValues(schema, path, this);
    const type = schema.type ?? (schema.properties === undefined ? undefined : "object");
    if (Array.isArray(type)) {
      const single = type.map((one) => ({ ...schema, type: one }));
      return single.length === 1
        ? this.lower(single[0], path, isOpen)
        : this.union({ description: schema.description }, single, path, isOpen);
    }
    switch (type) {
      case "object":
        return lowerObject(schema, path, this, isOpen);
      case "array":
        return lowerArray(schema, path, this);
      case "string":
        return this.#primitive(schema, type, "string");
      case "number":
      case "integer":
        return this.#primitive(schema, type, "number");
      case "boolean":
      case "null":
        return { schema: described({ type }, schema, []), plan: emptyPlan() };
      default:
        return this.refuse(
          path,
          schema.not === undefined ? "an unknown or any type" : '"not" without a type',
          "a described type",
        );
    }
  }

  refuse(path: string, what: string, expected: string): never {
    const where = path === "" ? "at its root" : `at "${path}"`;
    throw new LoweringError(
      `${what} ${where} has no form in ${this.profile.name}: expected ${expected}`,
    );
  }

  union(
    schema: JsonSchema,
    options: readonly unknown[],
    path: string,
    isOpen = false,
  ): Lowered {
    const lowered = options.map((option) => this.lower(option, path, isOpen));
    const plan = emptyPlan();
    plan.branches.push(...lowered.map((option) => option.plan));
    this.#joined.push({ path, plan, isUnion: true });
    // A nested union without a word of its own joins the outer one.
    const branches = lowered.flatMap(({ schema }) =>
      Array.isArray(schema.anyOf) && schema.description === undefined ? schema.anyOf : [schema]
    );
    for (const { $ref } of branches) this.#branches.add($ref);
    return { schema: described({ anyOf: branches.map(discriminatorsFirst) }, schema, []), plan };
  }

  /** Its objects stay open: each of them would refuse the properties of the others. */
  #intersection(schema: JsonSchema, parts: readonly unknown[], path: string): Lowered {
    const { allOf: _, ...rest } = schema;
    const all = saysNothing(rest) ? parts : [rest, ...parts];
    const lowered = all.map((part) => this.lower(part, path, true));
    const plan = emptyPlan();
    plan.branches.push(...lowered.map((part) => part.plan));
    this.#joined.push({ path, plan, isUnion: false });
    return { schema: described({ allOf: lowered.map((part) => part.schema) }, schema, []), plan };
  }

  property(source: unknown, path: string): LoweredProperty {
    const before = this.#cycles;
    this.#depth++;
    const lowered = this.lower(source, path);
    this.#depth--;
    const closesCycle = this.#cycles > before;
    this.#cycles = before;
    return { ...lowered, closesCycle };
  }

  #reference(schema: JsonSchema, path: string, isOpen: boolean): Lowered {
    const reference = schema.$ref as string;
    const { describedReferences } = this.profile;
    // An open object and a closed one are two definitions.
    const key = isOpen ? `${reference} ` : reference;
    const form = ($ref: string) => describedReferences ? described({ $ref }, schema, []) : { $ref };
    const known = this.#definitions.get(key);
    if (known !== undefined) {
      if (known.depth >= 0) this.#closeCycle(known, path);
      return { schema: form(known.$ref), plan: known.plan };
    }
    const target = resolveReference(this.root, reference);
    if (target === undefined) {
      return this.refuse(path, `"$ref" to "${reference}"`, "a reference inside the schema");
    }
    // Entered before it is lowered, so that a recursive schema finds itself.
    const $ref = `#/$defs/${this.prefix}${this.#definitions.size}`;
    const entry: Definition = { schema: {}, plan: emptyPlan(), $ref, depth: this.#depth };
    this.#definitions.set(key, entry);
    const lowered = this.lower(target, path, isOpen);
    entry.depth = -1;
    Object.assign(entry.schema, lowered.schema);
    entry.plan.branches.push(lowered.plan);
    return { schema: form($ref), plan: entry.plan };
  }

  #closeCycle({ depth }: Definition, path: string): void {
    const { recursion } = this.profile;
    if (recursion === "none") {
      this.refuse(path, '"$ref" back to itself (a recursive schema)', "a finite depth");
    }
    if (recursion !== "optional") return;
    if (depth === this.#depth) {
      this.refuse(path, '"$ref" back to itself outside of a property', "a property between");
    }
    this.#cycles++;
  }

  #primitive(schema: JsonSchema, type: unknown, kind: "string" | "number"): Lowered {
    const notes: string[] = [];
    const form = restricted({ type }, schema, kind, this.profile, notes);
    return { schema: described(form, schema, notes), plan: emptyPlan() };
  }
}
