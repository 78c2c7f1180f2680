/**
 * JSON Schemas in a project's own folder, for editors without a network.
 *
 * @module
 */
import { type Dirent, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { configSchema, conversationSchema, testFileSchema } from "../../config/config_schema.ts";
import { quote, reasonOf } from "../../errors.ts";
import type { JsonSchema } from "../../json/json.ts";
import { CommandError } from "../exit_code.ts";
import { FOLDER, makeFolder } from "../own_folder.ts";

/** Kind of file that has a schema. */
export type SchemaKind = "agent" | "tests" | "conversation";

/** Schema of a kind of files, and the names that these files have. */
interface Kind {
  readonly build: () => JsonSchema;
  readonly names: RegExp;
}

/** Kinds of files. The first one whose names match is taken. */
const KINDS: Readonly<Record<SchemaKind, Kind>> = {
  tests: { build: testFileSchema, names: /^(?:tests\.agent|.*\.tests)\.ya?ml$/ },
  conversation: { build: conversationSchema, names: /^(?:.*\.)?conversation\.ya?ml$/ },
  agent: { build: configSchema, names: /^(?:.*\.)?agent\.ya?ml$/ },
};

/** Builds the schema of a kind of files. */
export function buildSchema(kind: SchemaKind): JsonSchema {
  return KINDS[kind].build();
}

/** Paths of the files that an installation wrote. */
interface Installed {
  readonly schemas: readonly string[];
  /** Files whose first line was changed. */
  readonly changed: readonly string[];
  /** Files whose first line was right. */
  readonly kept: readonly string[];
}

/**
 * Writes the schemas, and the first line of the files in a folder that points to them.
 *
 * @throws {CommandError} if a file cannot be read or written.
 */
export function installSchemas(folder: string): Installed {
  const changed: string[] = [];
  const kept: string[] = [];
  const schemas = Object.keys(KINDS).map((kind) => join(folder, FOLDER, `${kind}.json`));
  attempt(join(folder, FOLDER), () => makeFolder(join(folder, FOLDER)));
  for (const [kind, { build }] of Object.entries(KINDS)) {
    const path = join(folder, FOLDER, `${kind}.json`);
    attempt(path, () => writeFileSync(path, `${JSON.stringify(build(), null, 2)}\n`));
  }
  for (const entry of attempt(folder, () => readdirSync(folder, { withFileTypes: true }))) {
    const kind = findKind(entry);
    if (kind === undefined) continue;
    const path = join(folder, entry.name);
    attempt(path, () => (pointTo(path, `${FOLDER}/${kind}.json`) ? changed : kept).push(path));
  }
  return { schemas, changed: changed.sort(), kept: kept.sort() };
}

function findKind(entry: Dirent): string | undefined {
  if (!entry.isFile()) return undefined;
  return Object.entries(KINDS).find(([, { names }]) => names.test(entry.name))?.[0];
}

/** First line that points to a schema. */
const POINTER = /^#[ \t]*yaml-language-server:[ \t]*\$schema=/;

/**
 * Writes the first line of a file that points to a schema, and changes no other byte. Returns false
 * if the line was there.
 */
function pointTo(path: string, schema: string): boolean {
  // Bytes as characters, so that those which are not text stay as they are.
  const text = readFileSync(path, "latin1");
  const mark = text.startsWith("\xef\xbb\xbf") ? "\xef\xbb\xbf" : "";
  const body = text.slice(mark.length);
  const [first = ""] = body.split(/\r?\n/, 1);
  const end = /\r?\n/.exec(body)?.[0] ?? "\n";
  const line = `# yaml-language-server: $schema=${schema}`;
  if (first === line) return false;
  const rest = POINTER.test(first) ? body.slice(first.length) : `${end}${body}`;
  writeFileSync(path, `${mark}${line}${rest}`, "latin1");
  return true;
}

/**
 * Runs a step of the installation.
 *
 * @throws {CommandError} that names the path, if it fails.
 */
function attempt<Result>(path: string, step: () => Result): Result {
  try {
    return step();
  } catch (cause) {
    throw new CommandError(`Cannot install schemas at ${quote(path)}: ${reasonOf(cause)}`, {
      cause,
    });
  }
}
