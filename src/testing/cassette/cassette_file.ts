/**
 * File format of a cassette: JSON that a reviewer can read in a diff.
 *
 * Text of several lines is stored as a list of lines. Each schema is stored once,
 * at the end, under a hash of its content. A vector is one line of numbers.
 *
 * @module
 */
import { createHash, randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import * as v from "valibot";
import { ConfigError, quote, reasonOf } from "../../errors.ts";
import { jsonValue } from "../../history/event_schema.ts";
import { isPlainObject, type JsonObject } from "../../json/json.ts";
import { TOKEN_COUNTS } from "../../llm/usage.ts";
import type { SchemaProfile } from "../../schema/schema_profile.ts";
import type { CassetteCall } from "./cassette_call.ts";

/** Format version that this release reads and writes. */
const CASSETTE_VERSION = 1;

/** Content of a cassette. */
export interface CassetteContent {
  /** Name of the recorded model. */
  readonly name: string;
  /** Schema profile of the recorded model. */
  readonly schemaProfile: SchemaProfile;
  /** Recorded calls, in order. */
  readonly calls: readonly CassetteCall[];
}

const lines = v.pipe(
  v.union([v.string(), v.array(v.string())], "expected a text, or a list of its lines"),
  v.transform((text) => typeof text === "string" ? text : text.join("\n")),
);
const NUMBERS = "expected finite numbers with single spaces between them";
const vector = v.pipe(
  v.string(),
  v.transform((text) =>
    text === "" ? [] : text.split(" ").map((part) => part === "" ? NaN : Number(part))
  ),
  v.array(v.pipe(v.number(NUMBERS), v.finite(NUMBERS))),
);
const output = v.pipe(
  v.strictObject({ text: v.exactOptional(lines), value: v.exactOptional(jsonValue) }),
  v.check((output) => Object.keys(output).length === 1, 'expected either "text" or "value"'),
  v.transform(({ text, value }) => text ?? value!),
);
const count = v.exactOptional(v.pipe(v.number(), v.finite()));
const usage = v.exactOptional(
  v.strictObject({
    ...v.entriesFromList(TOKEN_COUNTS, count),
    isEstimated: v.exactOptional(v.literal(true)),
  }),
);

const decideCall = v.strictObject({
  type: v.literal("decide"),
  step: v.exactOptional(v.string()),
  schemaName: v.string(),
  schema: v.string(),
  messages: v.array(v.strictObject({
    role: v.picklist(["system", "user", "assistant", "tool"]),
    content: lines,
    callId: v.exactOptional(v.string()),
    media: v.exactOptional(v.array(v.strictObject({
      type: v.picklist(["image", "file"]),
      mediaType: v.string(),
      name: v.exactOptional(v.string()),
      sha256: v.exactOptional(v.string()),
      url: v.exactOptional(v.string()),
    }))),
  })),
  chunks: v.exactOptional(v.array(v.string())),
  output,
  usage,
  model: v.exactOptional(v.string()),
  remark: v.exactOptional(v.string()),
});

const embedCall = v.strictObject({
  type: v.literal("embed"),
  texts: v.array(lines),
  vectors: v.array(vector),
  usage,
  model: v.exactOptional(v.string()),
});

const schemaProfile = v.looseObject({
  name: v.string(),
  ...v.entriesFromList(
    ["stringKeywords", "stringFormats", "numberKeywords", "arrayKeywords"],
    v.array(v.string()),
  ),
  patterns: v.exactOptional(v.picklist(["regular", "simple", "whole"])),
  numberLimits: v.exactOptional(v.picklist(["any", "natural"])),
  objectKeywords: v.exactOptional(v.array(v.string())),
  optional: v.exactOptional(v.picklist(["nullable", "omitted"])),
  constants: v.exactOptional(v.picklist(["const", "enum"])),
  enumTypes: v.exactOptional(v.array(v.picklist(["number", "boolean", "null"]))),
  recursion: v.exactOptional(v.picklist(["anywhere", "optional", "none"])),
  tuples: v.exactOptional(v.picklist(["anyOf", "array", "prefixItems"])),
  unknown: v.exactOptional(v.union([v.boolean(), v.literal("types")])),
  ...v.entriesFromList(
    ["describedReferences", "openObjects", "intersections"],
    v.exactOptional(v.boolean()),
  ),
  ...v.entriesFromList(
    ["maxMinItems", "maxMaxItems", "maxDepth", "maxProperties", "maxOptional", "maxUnions"],
    v.exactOptional(v.number()),
  ),
  ...v.entriesFromList(
    ["maxEnumValues", "maxNameLength", "longEnum", "maxLongEnumLength"],
    v.exactOptional(v.number()),
  ),
});

const fileSchema = v.strictObject({
  cassette: v.literal(CASSETTE_VERSION),
  name: v.string(),
  calls: v.array(v.variant("type", [decideCall, embedCall])),
  schemas: v.record(v.string(), v.pipe(jsonValue, v.custom<JsonObject>(isPlainObject))),
  schemaProfile,
});

/**
 * Reads and validates a cassette.
 *
 * @throws {ConfigError} if it cannot be read, is malformed, or is of another version.
 */
export function readCassetteFile(path: string): CassetteContent {
  const value = readJson(path);
  const version = isPlainObject(value) ? value.cassette : undefined;
  if (version !== CASSETTE_VERSION) {
    const hint = typeof version === "number" && version > CASSETTE_VERSION
      ? `${CASSETTE_VERSION}; a newer release wrote it`
      : `${CASSETTE_VERSION}; ${RECORD_AGAIN}`;
    throw refuse(path, "cassette", `it is ${quote(version)}: expected ${hint}`);
  }
  const result = v.safeParse(fileSchema, value, { abortEarly: true });
  if (!result.success) {
    const [issue] = result.issues;
    throw refuse(path, v.getDotPath(issue) ?? "", issue.message);
  }
  const { name, schemaProfile, calls, schemas } = result.output;
  return {
    name,
    schemaProfile,
    calls: calls.map((call, index): CassetteCall => {
      if (call.type === "embed") return call;
      const schema = Object.hasOwn(schemas, call.schema) ? schemas[call.schema] : undefined;
      if (schema !== undefined) return { ...call, schema };
      const at = `calls.${index}.schema`;
      throw refuse(path, at, `it is ${quote(call.schema)}: expected a name in "schemas"`);
    }),
  };
}

/** Instruction to record a cassette again, for error messages. */
export const RECORD_AGAIN =
  "set CASSETTE=update to record the cassette again (Deno needs --allow-env=CASSETTE to read it)";

/** Returns the text of a cassette file. */
export function serializeCassette({ name, schemaProfile, calls }: CassetteContent): string {
  const schemas = new Map<string, JsonObject>();
  const written = calls.map((call) => serializeCall(call, schemas));
  const content = {
    cassette: CASSETTE_VERSION,
    name,
    calls: written,
    schemas: Object.fromEntries([...schemas].sort(([a], [b]) => a < b ? -1 : 1)),
    // JSON cannot represent Infinity; an absent limit means no limit.
    schemaProfile: Object.fromEntries(
      Object.entries(schemaProfile).filter(([, value]) => value !== Infinity),
    ),
  };
  return `${JSON.stringify(content, null, 2)}\n`;
}

/** Writes a file atomically, and creates its folder if it is missing. */
export async function writeCassetteFile(path: string, text: string): Promise<void> {
  const temporary = `${path}.${randomUUID()}.tmp`;
  await mkdir(dirname(path), { recursive: true });
  try {
    await writeFile(temporary, text);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

function readJson(path: string): unknown {
  try {
    const bytes = readFileSync(path);
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    const isMissing = (cause as { readonly code?: unknown })?.code === "ENOENT";
    const problem = isMissing
      ? `there is no such file: expected a cassette; ${RECORD_AGAIN}`
      : `${reasonOf(cause)}: expected JSON`;
    throw refuse(path, "", problem, { cause });
  }
}

function serializeCall(call: CassetteCall, schemas: Map<string, JsonObject>): object {
  if (call.type === "embed") {
    const { texts, vectors } = call;
    return { ...call, texts: texts.map(splitLines), vectors: vectors.map((one) => one.join(" ")) };
  }
  const { schema, messages, output } = call;
  const hash = createHash("sha256").update(JSON.stringify(schema)).digest("hex").slice(0, 16);
  schemas.set(hash, schema);
  return {
    ...call,
    schema: hash,
    messages: messages.map((message) => ({ ...message, content: splitLines(message.content) })),
    output: typeof output === "string" ? { text: splitLines(output) } : { value: output },
  };
}

/** Splits text of several lines into a list, so that a changed line is one line of a diff. */
function splitLines(text: string): string | string[] {
  return text.includes("\n") ? text.split("\n") : text;
}

function refuse(path: string, at: string, message: string, options?: ErrorOptions): ConfigError {
  const where = at === "" ? "" : ` at ${quote(at)}`;
  return new ConfigError(`Cannot read cassette "${path}"${where}: ${message}`, options);
}
