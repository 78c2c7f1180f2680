/**
 * Deletion of nulls that mean absent. With any profile, a model may write null for an
 * optional property. The null is deleted if the author's property is optional and does
 * not accept null.
 *
 * @module
 */
import { isPlainObject, setMember } from "../json/json.ts";
import { requiredOf, restOf } from "./lowering/lowered.ts";
import { isEqual, isOfType } from "./lowering/merge_keywords.ts";
import type { Normal } from "./lowering/normal_form.ts";
import type { SchemaDocument } from "./lowering/schema_document.ts";
import type { WireSchema } from "./wire_schema.ts";

/** Value without the nulls that mean absent for one schema. */
interface Cleaned {
  readonly value: unknown;
  /** Number of parts that do not satisfy the schema, as far as it is compared. */
  readonly misfits: number;
  /** Number of deleted nulls. */
  readonly deleted: number;
}

/** Misfits of a wrong constant: more than other ones, because it names the branch of a union. */
const WRONG_CONSTANT = 100;

/**
 * Returns a model's value without the nulls that mean absent, ready for validation. In a union,
 * the branch that the value fits best decides, and among equal ones the branch that keeps the
 * most nulls.
 */
export function deleteNulls(value: unknown, { form: { document } }: WireSchema): unknown {
  if (!document.deletesNulls) return value;
  return new NullDeletion(document).clean(value, document.root).value;
}

class NullDeletion {
  /** Results, because branches of unions share parts. */
  readonly #known = [true, false].map(() => new Map<Normal, Map<unknown, Cleaned>>());

  constructor(readonly document: SchemaDocument) {}

  /** Cleans a value. If `isOpen` is true, other parts list properties of it too. */
  clean(value: unknown, source: unknown, isOpen = false): Cleaned {
    return this.#cleanOnce(value, this.document.normalizer.normalize(source), isOpen);
  }

  #cleanOnce(value: unknown, normal: Normal, isOpen: boolean): Cleaned {
    // Only results that are found again are worth an entry: a value may have many parts.
    const isSimple = typeof value !== "object" || value === null;
    if (isSimple && (normal.kind === "any" || normal.kind === "type")) {
      return this.#clean(value, normal, isOpen);
    }
    const known = this.#known[isOpen ? 0 : 1]!;
    let results = known.get(normal);
    if (results === undefined) known.set(normal, results = new Map());
    let cleaned = results.get(value);
    if (cleaned === undefined) results.set(value, cleaned = this.#clean(value, normal, isOpen));
    return cleaned;
  }

  #clean(value: unknown, normal: Normal, isOpen: boolean): Cleaned {
    switch (normal.kind) {
      case "any":
        return { value, misfits: 0, deleted: 0 };
      case "none":
        return { value, misfits: 1, deleted: 0 };
      case "values": {
        const isListed = normal.values.some((one) => isEqual(one, value));
        return { value, misfits: isListed ? 0 : WRONG_CONSTANT, deleted: 0 };
      }
      case "reference":
        return this.clean(value, normal.target, isOpen);
      case "union":
        return normal.branches.map((branch) => this.clean(value, branch, isOpen)).reduce(
          pickBetter,
        );
      case "all":
        return normal.parts.reduce<Cleaned>((before, part) => {
          const after = this.clean(before.value, part, true);
          return add(before, after, after.value);
        }, { value, misfits: 0, deleted: 0 });
      case "type":
        return this.#cleanType(value, normal, isOpen);
    }
  }

  #cleanType(
    value: unknown,
    normal: Normal & { readonly kind: "type" },
    isOpen: boolean,
  ): Cleaned {
    if (!isOfType(value, normal.type)) return { value, misfits: 1, deleted: 0 };
    if (isPlainObject(value)) return this.#cleanObject(value, normal, isOpen);
    return Array.isArray(value)
      ? this.#cleanArray(value, normal)
      : { value, misfits: 0, deleted: 0 };
  }

  #cleanObject(
    value: Readonly<Record<string, unknown>>,
    { schema }: Normal,
    isOpen: boolean,
  ): Cleaned {
    const { properties = {} } = schema as { properties?: Record<string, unknown> };
    const required = requiredOf(schema);
    const rest = isOpen ? schema.additionalProperties ?? true : restOf(schema);
    /** Members that are not as in the value; undefined for deleted ones. */
    const changed = new Map<string, unknown>();
    const restNormal = this.document.normalizer.normalize(rest);
    let [misfits, deleted] = [0, 0];
    for (const name of required) if (!Object.hasOwn(value, name as string)) misfits++;
    for (const name of Object.keys(value)) {
      const inner = value[name];
      const isListed = Object.hasOwn(properties, name);
      const normal = isListed ? this.document.normalizer.normalize(properties[name]) : restNormal;
      if (typeof inner !== "object" && normal.kind === "type") {
        if (!isOfType(inner, normal.type)) misfits++;
        continue;
      }
      if (
        inner === null && isListed && !required.has(name) &&
        !this.document.acceptsNull(properties[name])
      ) {
        deleted++;
        changed.set(name, undefined);
        continue;
      }
      const cleaned = this.#cleanOnce(inner, normal, false);
      misfits += cleaned.misfits;
      deleted += cleaned.deleted;
      if (cleaned.deleted > 0) changed.set(name, cleaned.value);
    }
    if (deleted === 0) return { value, misfits, deleted };
    const kept: Record<string, unknown> = {};
    for (const name of Object.keys(value)) {
      const inner = changed.has(name) ? changed.get(name) : value[name];
      if (inner !== undefined || !changed.has(name)) setMember(kept, name, inner);
    }
    return { value: kept, misfits, deleted };
  }

  #cleanArray(value: readonly unknown[], { schema }: Normal): Cleaned {
    const { prefixItems = [], items = true } = schema as { prefixItems?: []; items?: unknown };
    const cleaned = value.map((item, index) => this.clean(item, prefixItems[index] ?? items));
    const total = cleaned.reduce((sum, one) => add(sum, one, value), {
      value,
      misfits: 0,
      deleted: 0,
    });
    return total.deleted === 0 ? total : { ...total, value: cleaned.map((one) => one.value) };
  }
}

function add(a: Cleaned, b: Cleaned, value: unknown): Cleaned {
  return { value, misfits: a.misfits + b.misfits, deleted: a.deleted + b.deleted };
}

function pickBetter(best: Cleaned, other: Cleaned): Cleaned {
  return (other.misfits - best.misfits || other.deleted - best.deleted) < 0 ? other : best;
}
