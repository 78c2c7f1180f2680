/**
 * Search for a value that could be valid in two branches of a union.
 *
 * @module
 */
import { isPlainObject } from "../../json/json.ts";
import type { Keywords } from "./merge_keywords.ts";

/** Alternatives of one branch of a union. */
type Branch = readonly Keywords[];

/**
 * Returns true if no value can be valid in two branches, because their types differ, their
 * values, or the constants of one required property.
 */
export function areDisjoint(branches: readonly Branch[]): boolean {
  const first = branches.flat().find(({ properties }) => properties !== undefined);
  const names = Object.keys(first?.properties ?? {});
  return [undefined, ...names].some((name) => new Kinds().add(branches, name));
}

/** Kinds of values by the branch that has them. */
class Kinds {
  readonly #branches = new Map<string, Branch>();

  /** Adds all kinds; returns false if two branches share one, or if a kind is unknown. */
  add(branches: readonly Branch[], discriminator: string | undefined): boolean {
    return branches.every((branch) =>
      branch.every((alternative) => {
        const { type, required, properties } = alternative;
        if (discriminator === undefined || type !== undefined && type !== "object") {
          return this.#addValues(branch, alternative, "");
        }
        if (!Array.isArray(required) || !required.includes(discriminator)) return false;
        const schema = isPlainObject(properties) ? properties[discriminator] : undefined;
        if (!isPlainObject(schema)) return false;
        const values = Array.isArray(schema.enum) ? schema.enum : [schema.const];
        return values.every((value) => value !== undefined) &&
          this.#addValues(branch, { enum: values }, "property ");
      })
    );
  }

  #addValues(branch: Branch, { type, enum: values }: Keywords, prefix: string): boolean {
    if (!Array.isArray(values)) {
      // A type excludes all its values in other branches.
      return type !== undefined && this.#add(branch, `type ${toType(type)}`) &&
        this.#add(branch, `values of ${toType(type)}`);
    }
    return values.every((value) => {
      const ofType = toType(
        value === null ? "null" : Array.isArray(value) ? "array" : typeof value,
      );
      const other = this.#branches.get(`${prefix}type ${ofType}`);
      if (other !== undefined && other !== branch) return false;
      if (prefix === "") this.#branches.set(`values of ${ofType}`, branch);
      return this.#add(branch, `${prefix}${JSON.stringify(value)}`);
    });
  }

  #add(branch: Branch, kind: string): boolean {
    const known = this.#branches.get(kind) ?? branch;
    this.#branches.set(kind, branch);
    return known === branch;
  }
}

function toType(type: unknown): unknown {
  return type === "integer" ? "number" : type;
}
