/**
 * Normal form of JSON Schemas: each schema has one type, or is one reference, union or list of
 * values.
 *
 * @module
 */
import { isPlainObject, type JsonSchema } from "../../json/json.ts";
import { addUnevaluated, readAnnotations, readConditional, readKeywords } from "./keywords.ts";
import {
  areDisjoint,
  CONDITIONAL_KEY,
  type Keywords,
  MergeConflict,
  mergeKeywords,
} from "./merge_keywords.ts";
import { complete, type Normal } from "./normal_form.ts";
import { References } from "./references.ts";
import { describeRestriction, WORDS_KEY } from "./restrictions.ts";

/** Maximum number of branches after merging. */
const MAX_BRANCHES = 64;

/** Maximum number of parts inside parts that are merged, so that recursion does not exhaust the stack. */
const MAX_NESTING = 200;

/** Maximum number of properties that are merged in one schema, because definitions may repeat others. */
const MAX_MERGED = 500_000;

/** Converter of the parts of one JSON Schema to normal form. Each part is converted once. */
export class Normalizer {
  readonly #references: References;
  /** True if the keywords beside `$ref` are ignored, as up to draft 7. */
  readonly #isLegacy: boolean;
  readonly #normal = new Map<unknown, Normal>();
  /** Alternatives of a schema, or the reason why it has none. */
  readonly #alternatives = new Map<object, readonly Keywords[] | MergeConflict>();
  #nesting = 0;
  #merged = 0;

  constructor(root: JsonSchema) {
    this.#references = new References(root);
    this.#isLegacy = /draft-0[3-7]\b/.test(String(root.$schema));
  }

  /** Returns the normal form of a part of the schema. */
  normalize(source: unknown): Normal {
    let normal = this.#normal.get(source);
    if (normal !== undefined) return normal;
    try {
      normal = this.#build(source);
    } catch (error) {
      if (!(error instanceof MergeConflict)) throw error;
      normal = { kind: "none", schema: {}, construct: error.message };
    }
    this.#normal.set(source, normal);
    return normal;
  }

  /** Returns true if no value can be valid in two branches: their types or constants differ. */
  areDisjoint(branches: readonly unknown[]): boolean {
    try {
      return areDisjoint(branches.map((branch) => this.#list(branch)));
    } catch (error) {
      if (error instanceof MergeConflict) return false;
      throw error;
    }
  }

  #build(source: unknown): Normal {
    if (source === true) return { kind: "any", schema: {} };
    assertSchema(source);
    const { own, $ref, parts, unions, unevaluated } = this.#split(source);
    const count = parts.length + unions.length + ($ref === undefined ? 0 : 1);
    const isRestricted = own.length > 1 || Object.keys(own[0]!).length > 0 ||
      unevaluated !== undefined;
    if (count !== 1 || isRestricted) return this.#merge(source);
    if ($ref !== undefined) {
      return { kind: "reference", schema: source, target: this.#resolve(source) };
    }
    if (parts.length === 1) {
      const part = this.normalize(parts[0]);
      return { ...part, schema: { ...part.schema, ...readAnnotations(source) } };
    }
    const isExclusive = source.oneOf !== undefined;
    return { kind: "union", schema: readAnnotations(source), branches: unions[0]!, isExclusive };
  }

  #split(source: JsonSchema): Split {
    const { $ref, allOf, anyOf, oneOf } = source;
    if (typeof $ref === "string" && this.#isLegacy) {
      return { own: [{}], $ref, parts: [], unions: [], conditional: [], unevaluated: undefined };
    }
    const lists = [allOf, anyOf, oneOf].map((list, index) => {
      if (list === undefined || Array.isArray(list) && list.length > 0) return list as unknown[];
      const keyword = ["allOf", "anyOf", "oneOf"][index];
      throw new MergeConflict(`"${keyword}" that is ${JSON.stringify(list)}`);
    });
    return {
      own: readKeywords(source),
      $ref,
      parts: lists[0] ?? [],
      unions: lists.slice(1).filter((list) => list !== undefined),
      conditional: readConditional(source, (part) => this.#resolve(part)),
      unevaluated: source.unevaluatedProperties,
    };
  }

  #resolve(source: JsonSchema): unknown {
    const target = this.#references.resolve(source);
    if (target === undefined) throw new MergeConflict(`"$ref" to ${JSON.stringify(source.$ref)}`);
    return target;
  }

  /** Merges the parts of a schema; returns an intersection if they cannot be merged. */
  #merge(source: JsonSchema): Normal {
    try {
      return this.#join(source, this.#list(source));
    } catch (error) {
      if (!(error instanceof MergeConflict)) throw error;
      const { $ref, allOf = [], anyOf, oneOf, unevaluatedProperties: rest, ...own } = source;
      const parts: unknown[] = [...allOf as unknown[]];
      if (anyOf !== undefined) parts.push({ anyOf });
      if (oneOf !== undefined) parts.push({ oneOf });
      if ($ref !== undefined) {
        const reference = { $ref };
        const target = this.#resolve(source);
        this.#normal.set(reference, { kind: "reference", schema: reference, target });
        parts.push(reference);
      }
      const isRestricted = readKeywords(own).some((one) => Object.keys(one).length > 0);
      return {
        kind: "all",
        schema: {
          ...(isRestricted ? {} : readAnnotations(source)),
          [WORDS_KEY]: describeRestriction("unevaluatedProperties", rest),
        },
        parts: isRestricted ? [own, ...parts] : parts,
        conflict: error.message,
      };
    }
  }

  /** Returns the normal form of alternatives. */
  #join(source: JsonSchema, alternatives: readonly Keywords[]): Normal {
    const annotations = readAnnotations(source);
    if (alternatives.length === 1) return complete({ ...alternatives[0], ...annotations });
    if (alternatives.length === 0) {
      const keywords = Object.keys(source).filter((keyword) => COMBINING.includes(keyword));
      const construct = `"${keywords.join('" and "')}" of parts that contradict each other`;
      return { kind: "none", schema: {}, construct };
    }
    for (const one of alternatives) {
      if (!this.#normal.has(one)) this.#normal.set(one, complete(one));
    }
    return { kind: "union", schema: annotations, branches: alternatives, isExclusive: false };
  }

  /**
   * Lists the alternatives of a schema: unions are distributed, and intersections merged.
   *
   * @throws {MergeConflict} if it cannot be merged, or has too many alternatives.
   */
  #list(source: unknown): readonly Keywords[] {
    if (typeof source === "boolean") return source ? [{}] : [];
    assertSchema(source);
    const known = this.#alternatives.get(source);
    if (known instanceof MergeConflict) throw known;
    if (known !== undefined) return known;
    this.#alternatives.set(source, new MergeConflict('"$ref" back to itself in an intersection'));
    this.#nesting++;
    try {
      if (this.#nesting > MAX_NESTING) throw new MergeConflict("too many intersections in a row");
      const alternatives = this.#listParts(source);
      this.#alternatives.set(source, alternatives);
      return alternatives;
    } catch (error) {
      if (error instanceof MergeConflict) this.#alternatives.set(source, error);
      throw error;
    } finally {
      this.#nesting--;
    }
  }

  #listParts(source: JsonSchema): readonly Keywords[] {
    const { own, $ref, parts, unions, conditional, unevaluated } = this.#split(source);
    let alternatives = conditional.length === 0
      ? own
      : own.map((one) => ({ ...one, [CONDITIONAL_KEY]: conditional }));
    if ($ref !== undefined) {
      alternatives = this.#cross(alternatives, this.#list(this.#resolve(source)));
    }
    for (const part of parts) alternatives = this.#cross(alternatives, this.#list(part));
    for (const branches of unions) {
      const lists = branches.map((branch) => this.#list(branch));
      const isExclusive = branches === source.oneOf && !areDisjoint(lists);
      const words = { [WORDS_KEY]: ['valid in only one branch of "oneOf"'] };
      const listed = lists.flat();
      alternatives = this.#cross(
        isExclusive ? this.#cross(alternatives, [words]) : alternatives,
        listed,
      );
    }
    const annotations = alternatives.length === 1 ? readAnnotations(source) : {};
    return alternatives.map((one) => ({
      ...(unevaluated === undefined ? one : addUnevaluated(one, unevaluated)),
      ...annotations,
    }));
  }

  #cross(alternatives: readonly Keywords[], others: readonly Keywords[]): readonly Keywords[] {
    const merged: Keywords[] = [];
    for (const one of alternatives) {
      for (const other of others) {
        this.#merged += countProperties(one) + countProperties(other) + 1;
        if (this.#merged > MAX_MERGED) {
          throw new MergeConflict("intersections that repeat their parts");
        }
        const both = mergeKeywords(one, other);
        if (both !== undefined) merged.push(both);
        if (merged.length > MAX_BRANCHES) {
          throw new MergeConflict(`a union of more than ${MAX_BRANCHES} branches after merging`);
        }
      }
    }
    return merged;
  }
}

interface Split {
  /** Keywords of the schema itself, once for each type. */
  readonly own: readonly Keywords[];
  readonly $ref: unknown;
  readonly parts: readonly unknown[];
  readonly unions: readonly (readonly unknown[])[];
  /** Properties that conditions name, with their schemas. */
  readonly conditional: readonly (readonly [name: string, schema: unknown])[];
  /** Schema of the properties that no part lists. */
  readonly unevaluated: unknown;
}

function assertSchema(source: unknown): asserts source is JsonSchema {
  if (!isPlainObject(source)) throw new MergeConflict(`a schema that is ${JSON.stringify(source)}`);
}

function countProperties({ properties }: Keywords): number {
  return Object.keys(properties ?? {}).length;
}

/** Keywords that combine schemas. */
const COMBINING = ["$ref", "allOf", "anyOf", "oneOf"];
