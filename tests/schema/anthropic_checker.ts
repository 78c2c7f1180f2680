/**
 * Checker of the JSON Schemas that Anthropic's structured outputs accept, independent of
 * the code that lowers to them. Source:
 * https://platform.claude.com/docs/en/build-with-claude/structured-outputs,
 * "JSON Schema limitations", and the texts of its refusals.
 */

type Schema = Record<string, unknown>;

const KEYWORDS = new Set(
  "type enum const anyOf allOf $ref $defs properties required additionalProperties items format pattern minItems title description default"
    .split(" "),
);
const FORMATS = "date-time time date duration email hostname uri ipv4 ipv6 uuid".split(" ");
const TYPES = "object array string integer number boolean null".split(" ");

/** Returns the problems of a schema with their paths; none if it is accepted. */
export function findAnthropicProblems(root: Schema): string[] {
  const problems: string[] = [];
  let optional = 0;
  let unions = 0;
  const report = (path: string, problem: string) => void problems.push(`${path}: ${problem}`);

  function visit(schema: unknown, path: string): void {
    if (typeof schema !== "object" || schema === null || Array.isArray(schema)) {
      return report(path, "expected a schema that is an object");
    }
    const one = schema as Schema;
    for (const keyword of Object.keys(one)) {
      if (!KEYWORDS.has(keyword)) report(path, `unsupported keyword "${keyword}"`);
    }
    if (one.$defs !== undefined && one !== root) report(path, "expected $defs at the root");
    if (one.anyOf !== undefined || Array.isArray(one.type)) unions++;
    const types = one.type === undefined ? [] : [one.type].flat() as string[];
    for (const type of types) if (!TYPES.includes(type)) report(path, `unsupported type "${type}"`);
    const hasType = types.length > 0 ||
      ["$ref", "anyOf", "allOf", "const", "enum"].some((keyword) => keyword in one);
    if (!hasType) report(path, "expected a type");
    for (const value of one.enum as unknown[] ?? []) {
      if (typeof value === "object" && value !== null) report(path, "expected plain enum values");
    }
    const { format, pattern, minItems } = one;
    if (format !== undefined && !FORMATS.includes(format as string)) {
      report(path, `unsupported format "${format}"`);
    }
    if (typeof pattern === "string" && /\(\?[=!<]|\\[1-9]|\\[bB]/.test(pattern)) {
      report(path, "expected a pattern without look-around, back-references and word boundaries");
    }
    if (minItems !== undefined && minItems !== 0 && minItems !== 1) {
      report(path, `minItems is ${minItems}: expected 0 or 1`);
    }
    if (types.includes("object")) visitObject(one, path);
    if (one.items !== undefined) visit(one.items, `${path}/items`);
    for (const keyword of ["anyOf", "allOf"]) {
      for (const [index, branch] of (one[keyword] as Schema[] ?? []).entries()) {
        if (keyword === "allOf" && "$ref" in branch) report(path, "expected no $ref in allOf");
        visit(branch, `${path}/${keyword}/${index}`);
      }
    }
    for (const [name, inner] of Object.entries(one.$defs ?? {})) visit(inner, `#/$defs/${name}`);
    if ("$ref" in one) followReference(one.$ref, path);
  }

  function visitObject(one: Schema, path: string): void {
    if (one.additionalProperties !== false) {
      report(path, "expected additionalProperties to be false");
    }
    const properties = Object.entries(one.properties ?? {});
    const required = one.required as string[] ?? [];
    for (const name of required) {
      if (!Object.hasOwn(one.properties as Schema, name)) {
        report(path, `requires unknown "${name}"`);
      }
    }
    for (const [name, inner] of properties) {
      if (!required.includes(name)) optional++;
      visit(inner, `${path}/properties/${name}`);
    }
  }

  function followReference(reference: unknown, path: string): void {
    const seen = new Set<unknown>();
    const pending = [reference];
    for (const next of pending) {
      const name = String(next).replace("#/$defs/", "");
      const definitions = root.$defs as Schema | undefined ?? {};
      if (!String(next).startsWith("#/$defs/") || !Object.hasOwn(definitions, name)) {
        return report(path, `expected a definition, but found "${next}"`);
      }
      const inside = new Set(referencesIn(definitions[name]));
      if (inside.has(reference)) return report(path, `"${reference}" refers back to itself`);
      for (const one of inside) if (!seen.has(one)) pending.push((seen.add(one), one));
    }
  }

  visit(root, "#");
  if (root.type !== "object") report("#", 'expected the type "object" at the root');
  if (optional > 24) report("#", `${optional} optional parameters: expected at most 24`);
  if (unions > 16) report("#", `${unions} parameters with union types: expected at most 16`);
  return problems;
}

/** Returns the references in a schema. */
function referencesIn(schema: unknown): unknown[] {
  if (typeof schema !== "object" || schema === null) return [];
  return Object.entries(schema).flatMap(([keyword, inner]) =>
    keyword === "$ref" ? [inner] : referencesIn(inner)
  );
}
