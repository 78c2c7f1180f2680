/**
 * Checker of OpenAI's strict subset of JSON Schema, independent of the code that lowers to
 * it. Source:
 * https://platform.openai.com/docs/guides/structured-outputs, "Supported schemas".
 */

const STRING_FORMATS = new Set([
  "date-time",
  "time",
  "date",
  "duration",
  "email",
  "hostname",
  "ipv4",
  "ipv6",
  "uuid",
]);

/** Keywords by type, besides `type`, `description`, `title`, `enum` and `const`. */
const KEYWORDS: Readonly<Record<string, readonly string[]>> = {
  string: ["pattern", "format"],
  number: ["multipleOf", "maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum"],
  integer: ["multipleOf", "maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum"],
  boolean: [],
  null: [],
  object: ["properties", "required", "additionalProperties"],
  array: ["items", "minItems", "maxItems"],
};

const WORDS = ["type", "description", "title", "enum", "const"];

const MAX_PROPERTIES = 5000;
const MAX_LEVELS = 10;
const MAX_ENUM_VALUES = 1000;
const MAX_CHARACTERS = 120_000;
const MAX_VALUES_OF_LONG_ENUM = 250;
const MAX_CHARACTERS_OF_LONG_ENUM = 15_000;

/** Returns the problems of a schema with their paths; none if strict mode accepts it. */
export function findStrictProblems(schema: unknown): string[] {
  return new StrictChecker(schema).check();
}

class StrictChecker {
  readonly #root: unknown;
  readonly #problems: string[] = [];
  #properties = 0;
  #enumValues = 0;
  #characters = 0;
  #levels = 0;

  constructor(root: unknown) {
    this.#root = root;
  }

  check(): string[] {
    const root = this.#root;
    if (!isObject(root)) {
      this.#report("#", "expected an object as the root");
      return this.#problems;
    }
    if (root.type !== "object") this.#report("#", 'expected the type "object" at the root');
    if ("anyOf" in root) this.#report("#", "expected no anyOf at the root");
    const { $defs = {}, ...rest } = root;
    this.#schema(rest, "#", 0);
    if (!isObject($defs)) this.#report("#/$defs", "expected an object");
    else {
      for (const [name, definition] of Object.entries($defs)) {
        this.#characters += name.length;
        this.#schema(definition, `#/$defs/${name}`, 0);
      }
    }
    this.#limit("object properties", this.#properties, MAX_PROPERTIES);
    this.#limit("levels of nesting", this.#levels, MAX_LEVELS);
    this.#limit("enum values", this.#enumValues, MAX_ENUM_VALUES);
    this.#limit("characters of names and values", this.#characters, MAX_CHARACTERS);
    return this.#problems;
  }

  #report(path: string, problem: string): void {
    this.#problems.push(`${path}: ${problem}`);
  }

  #limit(what: string, found: number, most: number): void {
    if (found > most) this.#report("#", `${found} ${what}: expected at most ${most}`);
  }

  #schema(schema: unknown, path: string, level: number): void {
    if (!isObject(schema)) return this.#report(path, "expected a schema that is an object");
    for (const word of ["description", "title"]) {
      if (word in schema && typeof schema[word] !== "string") {
        this.#report(path, `expected ${word} to be text`);
      }
    }
    if ("$ref" in schema) return this.#reference(schema, path);
    if ("anyOf" in schema) return this.#union(schema, path, level);
    const types = Array.isArray(schema.type) ? schema.type : [schema.type];
    const known = types.filter((type) => Object.hasOwn(KEYWORDS, String(type)));
    if (types.length === 0 || known.length < types.length) {
      return this.#report(path, `expected a type, but found ${JSON.stringify(schema.type)}`);
    }
    this.#keywords(schema, path, [...WORDS, ...known.flatMap((type) => KEYWORDS[type]!)]);
    this.#values(schema, path, known);
    if (types.includes("object")) this.#object(schema, path, level);
    if (types.includes("array")) this.#schema(schema.items, `${path}/items`, level);
    this.#restrictions(schema, path);
  }

  #keywords(schema: Record<string, unknown>, path: string, allowed: readonly string[]): void {
    for (const keyword of Object.keys(schema)) {
      if (!allowed.includes(keyword)) this.#report(path, `unsupported keyword "${keyword}"`);
    }
  }

  #reference(schema: Record<string, unknown>, path: string): void {
    this.#keywords(schema, path, ["$ref"]);
    const reference = schema.$ref;
    if (typeof reference !== "string" || !this.#resolves(reference)) {
      this.#report(path, `expected a reference inside the schema, but found "${reference}"`);
    }
  }

  #resolves(reference: string): boolean {
    if (reference === "#") return true;
    if (!reference.startsWith("#/")) return false;
    let target = this.#root;
    for (const part of reference.slice(2).split("/")) {
      const key = part.replaceAll("~1", "/").replaceAll("~0", "~");
      if (!isObject(target) || !Object.hasOwn(target, key)) return false;
      target = target[key];
    }
    return isObject(target);
  }

  #union(schema: Record<string, unknown>, path: string, level: number): void {
    this.#keywords(schema, path, ["anyOf", "description", "title"]);
    const { anyOf } = schema;
    if (!Array.isArray(anyOf) || anyOf.length === 0) {
      return this.#report(path, "expected anyOf to be a list of schemas");
    }
    for (const [index, branch] of anyOf.entries()) {
      this.#schema(branch, `${path}/anyOf/${index}`, level);
    }
  }

  #object(schema: Record<string, unknown>, path: string, level: number): void {
    const { properties, required } = schema;
    this.#levels = Math.max(this.#levels, level + 1);
    if (schema.additionalProperties !== false) {
      this.#report(path, "expected additionalProperties to be false");
    }
    if (!isObject(properties)) return this.#report(path, "expected properties");
    const names = Object.keys(properties);
    const listed = Array.isArray(required) ? required : [];
    if (names.length !== listed.length || !names.every((name) => listed.includes(name))) {
      this.#report(path, "expected required to list every property, and nothing else");
    }
    for (const name of names) {
      this.#properties++;
      this.#characters += name.length;
      this.#schema(properties[name], `${path}/properties/${name}`, level + 1);
    }
  }

  #values(schema: Record<string, unknown>, path: string, types: readonly string[]): void {
    const fits = (value: unknown) => types.some((type) => isOfType(value, type));
    if ("const" in schema) {
      if (!fits(schema.const)) this.#report(path, "expected const to be of the type");
      this.#characters += String(schema.const).length;
    }
    if (!("enum" in schema)) return;
    const values = schema.enum;
    if (!Array.isArray(values) || values.length === 0) {
      return this.#report(path, "expected enum to be a list of values");
    }
    if (new Set(values).size < values.length) this.#report(path, "expected no enum value twice");
    if (!values.every(fits)) this.#report(path, "expected the values of enum to be of the type");
    this.#enumValues += values.length;
    const characters = values.reduce((sum, value) => sum + String(value).length, 0);
    this.#characters += characters;
    if (
      values.length > MAX_VALUES_OF_LONG_ENUM &&
      values.every((value) => typeof value === "string") && characters > MAX_CHARACTERS_OF_LONG_ENUM
    ) {
      this.#report(
        path,
        `${characters} characters in an enum of ${values.length} values: expected at most ${MAX_CHARACTERS_OF_LONG_ENUM}`,
      );
    }
  }

  #restrictions(schema: Record<string, unknown>, path: string): void {
    const { format, pattern } = schema;
    if (format !== undefined && !STRING_FORMATS.has(format as string)) {
      this.#report(path, `unsupported format "${format}"`);
    }
    if (pattern !== undefined) {
      if (typeof pattern !== "string") this.#report(path, "expected pattern to be text");
      else if (/\(\?<?[=!]/.test(pattern)) this.#report(path, "expected no look-around in pattern");
    }
    for (const keyword of [...KEYWORDS.number!, "minItems", "maxItems"]) {
      const limit = schema[keyword];
      if (limit !== undefined && !Number.isFinite(limit)) {
        this.#report(path, `expected ${keyword} to be a number`);
      }
    }
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isOfType(value: unknown, type: string): boolean {
  if (type === "null") return value === null;
  if (type === "integer") return Number.isInteger(value);
  if (type === "number") return Number.isFinite(value);
  return typeof value === type && (type === "string" || type === "boolean");
}
