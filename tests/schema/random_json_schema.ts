/** Random raw JSON Schemas, with values that satisfy most of their keywords. */
import { isPlainObject, type JsonSchema } from "../../src/json/json.ts";
import { pick, type Random, randomBelow } from "../../src/random.ts";

type Schema = Record<string, unknown>;

const NAMES = ["a", "b", "c", "kind"];
const TEXTS = ["", "x", "yy", "zzz"];
const NUMBERS = [0, 1, 2, 3.5, -4];

/** Generator of the schemas and values of one document. */
export class JsonSchemaSampler {
  #definitions: Schema = {};
  #isLegacy = false;

  /**
   * @param random Source of all choices.
   * @param isExact If true, only keywords that every profile lowers exactly or refuses.
   */
  constructor(readonly random: Random, readonly isExact: boolean) {}

  /** Returns a schema of objects with its definitions. */
  document(): JsonSchema {
    this.#isLegacy = this.#chance(0.15);
    const names = ["d0", "d1", "d2"];
    this.#definitions = Object.fromEntries(names.map((name) => [name, {}]));
    for (const name of names) this.#definitions[name] = this.#schema(1);
    if (this.#chance(0.3)) {
      Object.assign(this.#definitions.d0 as object, { $anchor: "first" });
    }
    const root = this.#chance(0.6) ? this.#object(2) : this.#composed(2);
    const keyword = this.#isLegacy ? "definitions" : "$defs";
    const $schema = "http://json-schema.org/draft-07/schema#";
    const document = { ...(this.#isLegacy && { $schema }), ...root, [keyword]: this.#definitions };
    return JSON.parse(JSON.stringify(document));
  }

  /** Returns a value for a schema; it may be invalid. */
  value(schema: unknown, depth = 0): unknown {
    if (depth > 8) return null;
    const parts = this.#expand(schema, 0);
    const lists = parts.flatMap((part) =>
      "const" in part ? [[part.const]] : Array.isArray(part.enum) ? [part.enum as unknown[]] : []
    );
    if (lists.length > 0) return this.#pick(this.#pick(lists));
    const types = parts.flatMap(({ type }) =>
      type === undefined ? [] : [this.#pick([type].flat())]
    );
    const implied = parts.some(({ properties }) => properties !== undefined)
      ? "object"
      : this.#pick(["string", "number", "null"]);
    switch (
      types.length > 0 ? types.includes("integer") ? "integer" : this.#pick(types) : implied
    ) {
      case "string":
        return this.#pick(TEXTS);
      case "number":
        return this.#pick(NUMBERS);
      case "integer":
        return this.#below(5) - 1;
      case "boolean":
        return this.#chance(0.5);
      case "object":
        return this.#objectValue(parts, depth);
      case "array":
        return this.#arrayValue(parts, depth);
      default:
        return null;
    }
  }

  #objectValue(parts: readonly Schema[], depth: number): unknown {
    const schemas = new Map<string, unknown[]>();
    const required = parts.flatMap(({ required: names = [] }) => names as string[]);
    for (const { properties = {}, additionalProperties: rest, patternProperties } of parts) {
      const listed = Object.entries(properties as Schema);
      if (isPlainObject(rest) || rest === true) listed.push(["z", rest]);
      if (patternProperties !== undefined) {
        listed.push(["x1", (patternProperties as Schema)["^x"]]);
      }
      for (const [name, schema] of listed) {
        schemas.set(name, [...schemas.get(name) ?? [], schema]);
      }
    }
    for (const name of required) if (!schemas.has(name)) schemas.set(name, [true]);
    const kept = [...schemas].filter(([name]) =>
      required.includes(name) || this.#chance(depth > 4 ? 0.1 : 0.6)
    );
    return Object.fromEntries(
      kept.map(([name, allOf]) => [name, this.value({ allOf }, depth + 1)]),
    );
  }

  #arrayValue(parts: readonly Schema[], depth: number): unknown {
    const { prefixItems = [], items } = Object.assign({}, ...parts) as {
      prefixItems?: unknown[];
      items?: unknown;
    };
    const tuple = Array.isArray(items) ? items : prefixItems;
    const rest = Array.isArray(items) ? undefined : items;
    const hasRest = rest !== undefined && rest !== false;
    const length = this.#below(tuple.length + 1) + (hasRest ? this.#below(depth > 4 ? 1 : 3) : 0);
    return Array.from({ length }, (_, at) => this.value(tuple[at] ?? rest ?? true, depth + 1));
  }

  /** Returns the schemas that apply to one value, with one branch of each union. */
  #expand(schema: unknown, depth: number): Schema[] {
    if (!isPlainObject(schema) || depth > 8) return [];
    const { $ref, allOf = [], anyOf, oneOf, if: condition, then, else: other, ...own } = schema;
    const parts: unknown[] = [];
    if (typeof $ref === "string") {
      parts.push(this.#definitions[$ref === "#first" ? "d0" : $ref.slice(-2)]);
      if (this.#isLegacy) return parts.flatMap((part) => this.#expand(part, depth + 1));
    }
    parts.push(...allOf as unknown[]);
    for (const union of [anyOf, oneOf]) if (Array.isArray(union)) parts.push(this.#pick(union));
    if (condition !== undefined) parts.push(this.#pick([then, other]));
    if (isPlainObject(own.dependentSchemas)) parts.push(own.dependentSchemas.a);
    return [own, ...parts.flatMap((part) => this.#expand(part, depth + 1))];
  }

  #schema(depth: number): Schema {
    if (depth <= 0) return this.#leaf();
    const makers = [
      () => this.#leaf(),
      () => this.#leaf(),
      () => this.#object(depth - 1),
      () => this.#object(depth - 1),
      () => this.#array(depth - 1),
      () => this.#composed(depth - 1),
      () => this.#reference(),
      () => ({ anyOf: [this.#schema(depth - 1), { type: "null" }] }),
      () => ({ anyOf: [this.#object(depth - 1), this.#schema(depth - 1)] }),
    ];
    return this.#pick(makers)();
  }

  #leaf(): Schema {
    const exact: Schema[] = [
      { type: "string" },
      { type: "integer" },
      { type: "boolean" },
      { type: "null" },
      { type: ["string", "null"] },
      { enum: ["x", "yy"] },
      { const: "x" },
      { type: "string", enum: ["x", "zzz", 1] },
    ];
    if (this.isExact) return this.#pick(exact);
    return this.#pick([
      ...exact,
      {},
      { type: "number", minimum: 0, exclusiveMaximum: 3 },
      { type: "string", minLength: 2, maxLength: 2 },
      { type: "string", pattern: "^[xyz]+$" },
      { type: "string", not: { const: "x" } },
      { minLength: 1 },
      { not: { type: "string" } },
    ]);
  }

  #object(depth: number): Schema {
    const names = NAMES.filter(() => this.#chance(0.5));
    const object: Schema = {
      type: "object",
      properties: Object.fromEntries(names.map((name) => [name, this.#property(name, depth)])),
      required: names.filter(() => this.#chance(0.5)),
    };
    if (this.#chance(0.3)) object.additionalProperties = false;
    if (this.isExact) return object;
    const extras: Schema[] = [
      {},
      {},
      { additionalProperties: this.#leaf() },
      { patternProperties: { "^x": this.#leaf() } },
      { minProperties: 1 },
      { maxProperties: 2 },
      { propertyNames: { maxLength: 4 } },
      { dependentRequired: { a: ["b"] } },
      { dependentSchemas: { a: { properties: { e: this.#leaf() }, required: ["e"] } } },
      {
        if: { properties: { kind: { const: "x" } }, required: ["kind"] },
        then: { properties: { f: this.#leaf() }, required: ["f"] },
        else: { required: names.slice(0, 1) },
      },
      { not: { required: names.slice(0, 1) } },
      { unevaluatedProperties: false },
      { required: ["g"] },
    ];
    return { ...object, ...this.#pick(extras) };
  }

  #property(name: string, depth: number): Schema {
    return name === "kind" ? { const: this.#pick(["x", "yy"]) } : this.#schema(depth);
  }

  #array(depth: number): Schema {
    const items = this.#schema(depth);
    if (this.isExact || this.#chance(0.5)) return { type: "array", items };
    return this.#pick<Schema>([
      { type: "array", prefixItems: [items, this.#leaf()] },
      { type: "array", prefixItems: [items], items: this.#leaf(), minItems: 2 },
      { type: "array", items: [items, this.#leaf()], additionalItems: false },
      { type: "array", items, minItems: 1, maxItems: 2, uniqueItems: true },
      { type: "array", items, contains: this.#leaf(), minContains: 0 },
      { type: "array", items, contains: this.#leaf() },
    ]);
  }

  /** Returns an object with a union, an intersection or a reference beside its properties. */
  #composed(depth: number): Schema {
    const base = this.#object(depth);
    const branches = () => Array.from({ length: 1 + this.#below(3) }, () => this.#branch(depth));
    const composed: (() => Schema)[] = [
      () => ({ ...base, anyOf: branches() }),
      () => ({ ...base, allOf: branches() }),
      () => ({ allOf: [base, ...branches()] }),
      () => ({ ...base, ...this.#reference() }),
      () => ({ anyOf: [base, this.#object(depth)] }),
      () => ({ ...base, anyOf: NAMES.slice(0, 2).map((name) => ({ required: [name] })) }),
      () => ({ allOf: [{ anyOf: branches() }, base] }),
    ];
    if (!this.isExact) {
      composed.push(
        () => ({ ...base, oneOf: branches() }),
        () => ({ oneOf: [base, this.#object(depth)] }),
        () => ({ ...base, anyOf: branches(), oneOf: branches() }),
        () => ({ allOf: [base, ...branches()], unevaluatedProperties: false }),
        () => ({
          allOf: [base, { if: { required: ["a"] }, then: { properties: { h: this.#leaf() } } }],
        }),
      );
    }
    return this.#pick(composed)();
  }

  /** Returns a part of an intersection, with or without a type. */
  #branch(depth: number): Schema {
    const renamed = (prefix: string) =>
      Object.fromEntries(NAMES.slice(0, 2).map((name) => [prefix + name, this.#schema(depth)]));
    const makers: (() => Schema)[] = [
      () => ({ ...this.#object(depth), type: undefined }),
      () => ({ properties: renamed("p"), required: ["pa"] }),
      () => ({ properties: renamed("q"), additionalProperties: this.#chance(0.5) }),
      () => ({ required: [this.#pick(NAMES)] }),
      () => this.#reference(),
      () => ({ type: "object", properties: renamed("r"), required: ["rb"] }),
    ];
    return this.#pick(makers)();
  }

  #reference(): Schema {
    const folder = this.#isLegacy ? "definitions" : "$defs";
    const isAnchor = (this.#definitions.d0 as Schema)?.$anchor !== undefined;
    return { $ref: isAnchor ? "#first" : `#/${folder}/d${this.#below(3)}` };
  }

  #pick<Item>(items: readonly Item[]): Item {
    return pick(items, this.random)!;
  }

  #below(limit: number): number {
    return randomBelow(limit, this.random);
  }

  #chance(probability: number): boolean {
    return this.random() < probability;
  }
}
