/**
 * Making texts that a JSON Schema accepts.
 *
 * @module
 */
import type { JsonSchema } from "../../json/json.ts";
import type { Random } from "../../random.ts";
import { inWords, limitOf } from "./sample_number.ts";
import { type TextMaker, textMaker } from "./sample_text.ts";

/** How often a text is made again that came out wrong or of the wrong length. */
const ATTEMPTS = 50;

/** Longer texts are not made up. */
const MAX_LENGTH = 10_000;

/** A text for a schema, short at size 0; undefined if none could be made. */
export function sampleString(schema: JsonSchema, random: Random, size: number): string | undefined {
  const least = limitOf(schema, "minLength") ?? 0;
  const most = limitOf(schema, "maxLength") ?? Infinity;
  if (least > Math.min(most, MAX_LENGTH)) return undefined;
  const makers = makersOf(schema);
  if (makers.length === 0) {
    const plain = plainMakers();
    const text = plain[size % plain.length]!(random, size)!;
    return text.repeat(Math.max(1, Math.ceil(least / text.length))).slice(0, most);
  }
  const make = makers[size % makers.length]!;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const text = make(random, attempt === 0 ? size : Math.min(least + attempt, most));
    if (text !== undefined && text.length >= least && text.length <= most) return text;
  }
  return undefined;
}

const DATE = "20[0-4]\\d-(0[1-9]|1[0-2])-(0[1-9]|1\\d|2[0-8])";
const TIME = "([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\dZ";

/** What the formats look like here: legal in every library, and easy to read. */
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

/** What was found out about a schema stays found out. */
const makersBySchema = new WeakMap<JsonSchema, readonly TextMaker[]>();

/** What makes texts of a schema's format and of its pattern; empty if it has neither. */
function makersOf(schema: JsonSchema): readonly TextMaker[] {
  let makers = makersBySchema.get(schema);
  if (makers === undefined) makersBySchema.set(schema, makers = makeMakers(schema));
  return makers;
}

/** A text that is not made, for a format or a pattern beyond us. */
const BEYOND: TextMaker = () => undefined;

function makeMakers(schema: JsonSchema): readonly TextMaker[] {
  const format = schema.format ?? inWords(schema, /in the format ([\w-]+)/)?.[1];
  const [, source, flags, bare] = inWords(schema, PATTERN_WORDS) ?? [];
  const makers: TextMaker[] = [];
  if (typeof format === "string" && Object.hasOwn(FORMATS, format)) {
    makers.push(textMaker(FORMATS[format]!)!);
  }
  if (typeof schema.pattern === "string") makers.push(textMaker(schema.pattern) ?? BEYOND);
  const said = source ?? bare;
  if (said !== undefined) makers.push(textMaker(said, flags) ?? BEYOND);
  return makers;
}

/** Texts that an untold check may want: a word, a number, a date, letters. */
let plain: readonly TextMaker[] | undefined;

function plainMakers(): readonly TextMaker[] {
  return plain ??= ["text", "\\d", DATE, "[a-z]+"].map((pattern) => textMaker(pattern)!);
}
