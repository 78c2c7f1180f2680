/**
 * Generator of strings for a JSON Schema.
 *
 * @module
 */
import type { JsonSchema } from "../../json/json.ts";
import type { Random } from "../../random.ts";
import { compileStringGenerator, type StringGenerator } from "./pattern_generator.ts";
import { matchDescription, readLimit } from "./sample_number.ts";

/** Maximum number of attempts to generate a string that matches and has a valid length. */
const ATTEMPTS = 50;

/** Maximum length of a required string, in characters; longer ones are not generated. */
const MAX_LENGTH = 10_000;

/** Generates a string for a schema, short at size 0; undefined if none could be generated. */
export function sampleString(schema: JsonSchema, random: Random, size: number): string | undefined {
  const least = readLimit(schema, "minLength") ?? 0;
  const most = readLimit(schema, "maxLength") ?? Infinity;
  if (least > Math.min(most, MAX_LENGTH)) return undefined;
  const generators = findGenerators(schema);
  if (generators.length === 0) {
    const plain = plainGenerators();
    const text = plain[size % plain.length]!(random, size)!;
    return text.repeat(Math.max(1, Math.ceil(least / text.length))).slice(0, most);
  }
  const make = generators[size % generators.length]!;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const text = make(random, attempt === 0 ? size : Math.min(least + attempt, most));
    if (text !== undefined && text.length >= least && text.length <= most) return text;
  }
  return undefined;
}

const DATE = "20[0-4]\\d-(0[1-9]|1[0-2])-(0[1-9]|1\\d|2[0-8])";
const TIME = "([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\dZ";

/** Regular expression for each format. All common validators accept its matches. */
const FORMATS: Readonly<Record<string, string>> = {
  "date": DATE,
  "time": TIME,
  "date-time": `${DATE}T${TIME}`,
  "duration": "P[1-9]D",
  "email": "[a-z]{3,8}@example\\.com",
  "hostname": "[a-z]{3,8}\\.example\\.com",
  "ipv4": "10(\\.[1-9]\\d){3}",
  "ipv6": "2001:db8(:[1-9a-f][\\da-f]{3}){6}",
  "uri": "https://example\\.com/[a-z]{3,8}",
  "uuid": "[\\da-f]{8}-[\\da-f]{4}-4[\\da-f]{3}-[89ab][\\da-f]{3}-[\\da-f]{12}",
};

const PATTERN_WORDS = /matching the regular expression (?:\/(.+)\/([a-z]*)|(.+?))(?:; |$)/;

/** Cache of the generators of each schema. */
const generatorsBySchema = new WeakMap<JsonSchema, readonly StringGenerator[]>();

/** Returns generators for a schema's format and pattern; empty if it has neither. */
function findGenerators(schema: JsonSchema): readonly StringGenerator[] {
  let generators = generatorsBySchema.get(schema);
  if (generators === undefined) {
    generatorsBySchema.set(schema, generators = createGenerators(schema));
  }
  return generators;
}

/** Generator for an unsupported pattern: never returns a string. */
const UNSUPPORTED: StringGenerator = () => undefined;

function createGenerators(schema: JsonSchema): readonly StringGenerator[] {
  const format = schema.format ?? matchDescription(schema, /in the format ([\w-]+)/)?.[1];
  const [, source, flags, bare] = matchDescription(schema, PATTERN_WORDS) ?? [];
  const generators: StringGenerator[] = [];
  if (typeof format === "string" && Object.hasOwn(FORMATS, format)) {
    generators.push(compileStringGenerator(FORMATS[format]!)!);
  }
  if (typeof schema.pattern === "string") {
    generators.push(compileStringGenerator(schema.pattern) ?? UNSUPPORTED);
  }
  const said = source ?? bare;
  if (said !== undefined) generators.push(compileStringGenerator(said, flags) ?? UNSUPPORTED);
  return generators;
}

/** Generators for plain strings: a word, a digit, a date, letters. A custom check may accept one. */
let plain: readonly StringGenerator[] | undefined;

function plainGenerators(): readonly StringGenerator[] {
  return plain ??= ["text", "\\d", DATE, "[a-z]+"].map((pattern) =>
    compileStringGenerator(pattern)!
  );
}
