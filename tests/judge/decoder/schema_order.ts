/**
 * JSON text of a value in the order of a schema, as a constrained model writes it.
 *
 * @module
 */
import { Validator } from "@cfworker/json-schema";
import type { JsonSchema } from "@nomos/agent";

/** Keywords that determine the order. */
interface Parts {
  readonly anyOf?: readonly unknown[];
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly additionalProperties?: unknown;
  readonly items?: unknown;
}

/** Writes values of one schema, and validates them. */
export class SchemaWriter {
  readonly #root: JsonSchema;
  readonly #validators = new Map<unknown, Validator>();

  /** Creates a writer of values of a schema. */
  constructor(root: JsonSchema) {
    this.#root = root;
  }

  /** Returns true if the schema accepts a value. */
  accepts(value: unknown): boolean {
    return this.#isOf(value, this.#root);
  }

  /**
   * Returns the text of a value. Unlisted properties come last, and text that the schema
   * lists has escaped slashes: the decoder has no other form of it.
   */
  write(value: unknown): string {
    return this.#write(JSON.parse(JSON.stringify(value)), this.#root);
  }

  #write(value: unknown, schema: unknown): string {
    const resolved = this.#resolve(schema);
    const { anyOf, properties = {}, additionalProperties, items } = resolved;
    if (anyOf !== undefined) {
      return this.#write(value, anyOf.find((branch) => this.#isOf(value, branch)));
    }
    if (Array.isArray(value)) {
      return `[${value.map((item) => this.#write(item, items)).join()}]`;
    }
    if (typeof value !== "object" || value === null) {
      const text = JSON.stringify(value);
      return "const" in resolved || "enum" in resolved ? text.replaceAll("/", "\\/") : text;
    }
    const listed = Object.keys(properties).filter((name) => Object.hasOwn(value, name));
    const unlisted = Object.keys(value).filter((name) => !Object.hasOwn(properties, name));
    const members = [...listed, ...unlisted].map((name) => {
      const member = (value as Record<string, unknown>)[name];
      return `${JSON.stringify(name)}:${
        this.#write(member, properties[name] ?? additionalProperties)
      }`;
    });
    return `{${members.join()}}`;
  }

  #isOf(value: unknown, schema: unknown): boolean {
    let validator = this.#validators.get(schema);
    if (validator === undefined) {
      // The validator changes the schema.
      const copy = structuredClone({ ...schema as JsonSchema, $defs: this.#root.$defs });
      this.#validators.set(schema, validator = new Validator(copy as never, "2020-12"));
    }
    return validator.validate(value).valid;
  }

  #resolve(schema: unknown): Parts {
    const { $ref } = Object(schema);
    if (typeof $ref !== "string") return Object(schema);
    const definitions = this.#root.$defs as Record<string, Parts>;
    return definitions[$ref.replace("#/$defs/", "")]!;
  }
}
