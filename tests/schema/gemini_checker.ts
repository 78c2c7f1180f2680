/**
 * Checker of the JSON Schemas that Gemini's `responseJsonSchema` accepts, independent of
 * the code that lowers to them. Source:
 * https://ai.google.dev/api/generate-content#v1beta.GenerationConfig.
 */

type Schema = Record<string, unknown>;

/** Supported keywords by type. */
const SUPPORTED: Readonly<Record<string, readonly string[]>> = {
  any: ["$id", "$defs", "$ref", "$anchor", "type", "title", "description", "anyOf", "oneOf"],
  string: ["enum", "format"],
  number: ["enum", "minimum", "maximum"],
  integer: ["enum", "minimum", "maximum"],
  boolean: [],
  null: [],
  array: ["items", "prefixItems", "minItems", "maxItems"],
  object: ["properties", "additionalProperties", "required", "propertyOrdering"],
};

/** Returns the problems of a schema with their paths; none if it is accepted. */
export function findGeminiProblems(root: Schema): string[] {
  const checker = new GeminiChecker(root);
  checker.visit(root, "#");
  if (root.type !== "object") checker.report("#", 'expected the type "object" at the root');
  for (const name of Object.keys(checker.definitions)) checker.findForcedCycle(name);
  return checker.problems;
}

class GeminiChecker {
  readonly problems: string[] = [];
  readonly definitions: Readonly<Record<string, Schema>>;

  constructor(readonly root: Schema) {
    this.definitions = root.$defs as Record<string, Schema> ?? {};
  }

  report(path: string, problem: string): void {
    this.problems.push(`${path}: ${problem}`);
  }

  visit(schema: unknown, path: string): void {
    if (typeof schema !== "object" || schema === null || Array.isArray(schema)) {
      return this.report(path, "expected a schema that is an object");
    }
    const one = schema as Schema;
    if ("$ref" in one) {
      const others = Object.keys(one).filter((keyword) => !keyword.startsWith("$"));
      if (others.length > 0) this.report(path, `$ref beside ${others.join(", ")}`);
      const name = String(one.$ref).replace(/^#\/\$defs\//, "");
      if (!Object.hasOwn(this.definitions, name)) this.report(path, `no definition "${one.$ref}"`);
      return;
    }
    const types = [one.type ?? []].flat() as string[];
    const known = types.filter((type) => Object.hasOwn(SUPPORTED, type) && type !== "any");
    if (known.length < types.length) this.report(path, `unknown type ${JSON.stringify(one.type)}`);
    if (types.length === 0 && !("anyOf" in one || "oneOf" in one)) {
      this.report(path, "expected a type");
    }
    const allowed = [...SUPPORTED.any!, ...known.flatMap((type) => SUPPORTED[type]!)];
    for (const keyword of Object.keys(one)) {
      if (!allowed.includes(keyword)) this.report(path, `unsupported keyword "${keyword}"`);
    }
    this.#values(one, path);
    this.#parts(one, path);
  }

  #values(one: Schema, path: string): void {
    const values = one.enum as unknown[] | undefined;
    if (values?.some((value) => typeof value !== "string" && typeof value !== "number")) {
      this.report(path, "expected an enum of strings or numbers");
    }
    if (values?.length === 0) this.report(path, "expected an enum of something");
    const { format } = one;
    if (format !== undefined && !["date-time", "date", "time"].includes(format as string)) {
      this.report(path, `unsupported format "${format}"`);
    }
  }

  #parts(one: Schema, path: string): void {
    const properties = one.properties as Record<string, unknown> | undefined ?? {};
    for (const name of one.required as string[] ?? []) {
      if (!Object.hasOwn(properties, name)) this.report(path, `requires unknown "${name}"`);
    }
    for (const [name, inner] of Object.entries(properties)) {
      this.visit(inner, `${path}/properties/${name}`);
    }
    for (const keyword of ["anyOf", "oneOf", "prefixItems"]) {
      const parts = one[keyword] as unknown[] | undefined;
      if (parts?.length === 0) this.report(path, `expected ${keyword} of something`);
      for (const [index, part] of (parts ?? []).entries()) {
        this.visit(part, `${path}/${keyword}/${index}`);
      }
    }
    if (one.items !== undefined) this.visit(one.items, `${path}/items`);
    const others = one.additionalProperties;
    if (others !== undefined && typeof others !== "boolean") {
      this.visit(others, `${path}/additionalProperties`);
    }
    for (const [name, inner] of Object.entries(one.$defs ?? {})) {
      this.visit(inner, `#/$defs/${name}`);
    }
  }

  /** Reports a cycle without an optional property. A nullable property is not optional. */
  findForcedCycle(name: string): void {
    const reached = new Set(listForcedReferences(this.definitions[name]));
    for (const next of reached) {
      for (const one of listForcedReferences(this.definitions[next])) reached.add(one);
    }
    if (reached.has(name)) this.report(`#/$defs/${name}`, "a cycle without an optional property");
  }
}

/** Returns the definitions that a schema refers to outside of optional properties. */
function listForcedReferences(schema: unknown): string[] {
  if (typeof schema !== "object" || schema === null) return [];
  const { $ref, properties = {}, required = [], anyOf, oneOf, items, prefixItems } =
    schema as Schema;
  if (typeof $ref === "string") return [$ref.replace("#/$defs/", "")];
  const forced = Object.entries(properties as Schema)
    .filter(([name]) => (required as string[]).includes(name))
    .map(([, property]) => property);
  return [...forced, ...[anyOf, oneOf, items, prefixItems].flat()].flatMap(listForcedReferences);
}
