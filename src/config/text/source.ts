/**
 * Text of an agent file, YAML or JSON, as a plain value in which every part knows its place.
 * Limits protect the reader: size, depth, number of values with aliases resolved.
 *
 * @module
 */
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  type YAMLMap,
} from "yaml";
import { ConfigError, quote } from "../../errors.ts";
import type { ConfigProblem } from "./problem.ts";

/** Maximum length of a file, and of its texts with every alias resolved, in characters. */
const MAX_CHARS = 250_000;
/** Maximum depth of a value. */
const MAX_DEPTH = 64;
/** Maximum number of values, with every alias resolved. */
const MAX_VALUES = 50_000;
/** Maximum number of problems that are reported. */
const MAX_PROBLEMS = 20;

const SEVERAL_DOCUMENTS = { message: "it has several documents", expected: "one, without ---" };
const TOO_DEEP = { message: "it is nested too deeply", expected: `at most ${MAX_DEPTH} levels` };

/** Ways out of errors of syntax, by the code of the parser. */
const WAYS_OUT: Readonly<Record<string, string>> = {
  BAD_DQ_ESCAPE: "each backslash written twice, or single quotes",
  BAD_INDENT: "the entries of one list below each other, and each bracket closed",
  BAD_SCALAR_START: "quotes around the text",
  BLOCK_AS_IMPLICIT_KEY: "quotes around a text that has a colon and a space in it, or the " +
    "indentation of the lines around it",
  BLOCK_IN_FLOW: "a comma between two entries in brackets",
  MISSING_CHAR: "the missing sign, or the indentation of the lines around it",
  MULTILINE_IMPLICIT_KEY: "a colon and a space after the key",
  TAB_AS_INDENT: "spaces",
  TAG_RESOLVE_FAILED: 'no tag, or quotes around a text that begins with "!"',
  UNEXPECTED_TOKEN: "the next value, or quotes around a text that begins with a sign of YAML",
};

/** Path of a value in a file. */
export type SourcePath = readonly (string | number)[];

/** Description of a problem, without its place. */
export type ProblemText = Pick<ConfigProblem, "message" | "expected" | "nearest" | "stub">;

/** Parsed file. */
export class Source {
  /** Path of the file, for messages. */
  readonly file: string;
  /** Value of the file. */
  readonly value: unknown;
  /** Nodes of the file, with its comments. */
  readonly document: Document.Parsed;
  /** Problems of the text. If there are any, the value is not complete. */
  readonly problems: ConfigProblem[] = [];
  readonly #lines = new LineCounter();
  /** Offset of the key and the value at each path. */
  readonly #places = new Map<string, { readonly key: number; readonly value: number }>();
  readonly #anchors = new Map<string, Node>();
  /** Collections that are being read, to find those that contain themselves. */
  readonly #open = new Set<Node>();
  #values = 0;
  #chars = 0;

  /**
   * Parses a text.
   *
   * @throws {ConfigError} if it is not text.
   */
  constructor(file: string, text: string) {
    if (typeof text !== "string") {
      throw new ConfigError(
        `Cannot parse agent file ${quote(file)}: its text is ${quote(text)}: expected text`,
      );
    }
    this.file = file;
    const isTooLong = text.length > MAX_CHARS;
    const deep = isTooLong ? undefined : findDeepPlace(text);
    this.document = this.#parse(isTooLong || deep !== undefined ? "" : text);
    if (deep !== undefined) {
      for (const { index } of text.slice(0, deep).matchAll(/\n/g)) {
        this.#lines.addNewLine(index + 1);
      }
      this.#report([], deep, TOO_DEEP);
    }
    if (isTooLong) {
      this.#report([], 0, {
        message: `it has ${text.length} characters`,
        expected: `at most ${MAX_CHARS}`,
      });
    }
    const { errors, warnings, contents } = this.document;
    // Most errors of syntax that follow are of the parser, which has lost its place.
    for (const { code, message, pos } of [...errors, ...warnings].slice(0, 1)) {
      this.#report([], pos[0], describeSyntaxError(code, message));
    }
    this.value = this.problems.length === 0 ? this.#read(contents, [], 0) : undefined;
  }

  /** Returns the problem of the value at a path, or of its key. */
  locate(path: SourcePath, problem: ProblemText, part: "key" | "value" = "value"): ConfigProblem {
    // A missing value is reported at the object in which it is missing.
    const found = path.map((_, index) => path.slice(0, path.length - index)).concat([[]])
      .find((outer) => this.#places.has(JSON.stringify(outer)));
    const place = this.#places.get(JSON.stringify(found));
    return this.#build(path, place?.[part] ?? 0, problem);
  }

  #report(path: SourcePath, offset: number, problem: ProblemText): void {
    this.problems.push(this.#build(path, offset, problem));
  }

  #build(path: SourcePath, offset: number, problem: ProblemText): ConfigProblem {
    // A file without line breaks has no entry in the line counter.
    const { line, col } = this.#lines.linePos(offset);
    const place = { line: Math.max(line, 1), column: Math.max(col, 1) };
    return { file: this.file, ...place, path: this.#formatPath(path), ...problem };
  }

  /** Formats a path, with the ids of steps instead of their numbers. */
  #formatPath(path: SourcePath): string {
    let text = "";
    let value = this.value;
    for (const [index, key] of path.entries()) {
      value = (value as Record<string, unknown> | undefined)?.[key];
      const { step_id, id = step_id } = (value ?? {}) as { id?: unknown; step_id?: unknown };
      const isStep = index === 1 && path[0] === "steps" && typeof id === "string";
      if (typeof key === "number" && !isStep) text += `[${key}]`;
      else text += `${text === "" ? "" : "."}${isStep ? id : key}`;
    }
    return text;
  }

  #parse(text: string): Document.Parsed {
    return withoutEnvironment(() =>
      parseDocument(text, {
        lineCounter: this.#lines,
        prettyErrors: false,
        // Compares each key with all others; #readMap() finds a key in a map.
        uniqueKeys: false,
      })
    );
  }

  #read(node: unknown, path: SourcePath, keyOffset: number): unknown {
    if (this.problems.length >= MAX_PROBLEMS || this.#isTooLarge) return null;
    const { range, anchor } = (node ?? {}) as Node & { readonly anchor?: string };
    const offset = range?.[0] ?? keyOffset;
    this.#places.set(JSON.stringify(path), { key: keyOffset, value: offset });
    this.#values++;
    if (isScalar(node) && typeof node.value === "string") this.#chars += node.value.length;
    if (this.#isTooLarge) {
      this.#report(path, offset, {
        message: "it has too many values or characters, with its aliases resolved",
        expected: `at most ${MAX_VALUES} values and ${MAX_CHARS} characters`,
      });
      return null;
    }
    if (path.length > MAX_DEPTH) {
      this.#report(path, offset, TOO_DEEP);
      return null;
    }
    if (anchor !== undefined) this.#anchors.set(anchor, node as Node);
    if (isAlias(node)) {
      const target = this.#findAnchor(node.source, path, offset);
      return target && this.#read(target, path, keyOffset);
    }
    if (isScalar(node)) return node.value;
    if (!isMap(node) && !isSeq(node)) return null;
    this.#open.add(node);
    const value = isMap(node)
      ? this.#readMap(node, path)
      : node.items.map((item, index) => this.#read(item, [...path, index], offset));
    this.#open.delete(node);
    return value;
  }

  get #isTooLarge(): boolean {
    return this.#values > MAX_VALUES || this.#chars > MAX_CHARS;
  }

  #findAnchor(name: string, path: SourcePath, offset: number): Node | undefined {
    const target = this.#anchors.get(name);
    if (target !== undefined && !this.#open.has(target)) return target;
    this.#report(path, offset, {
      message: `the alias ${quote(name)} ${
        target === undefined ? "has no value" : "contains itself"
      }`,
      expected: `&${name} before a value above it, or quotes around a text that begins with "*"`,
    });
    return undefined;
  }

  #readMap(node: YAMLMap, path: SourcePath): Record<string, unknown> {
    const merged = new Map<string, unknown>();
    const own = new Map<string, unknown>();
    for (const { key, value } of node.items as Pair[]) {
      const offset = (key as Node | null)?.range?.[0] ?? 0;
      if (!isScalar(key) || key.value === null || typeof key.value === "object") {
        this.#report(path, offset, { message: "it has a key that is not text", expected: "text" });
        continue;
      }
      const name = typeof key.value === "string" ? key.value : key.source ?? String(key.value);
      if (name === "<<" && key.type === "PLAIN") {
        this.#merge(value, path, offset, merged);
        continue;
      }
      if (own.has(name)) {
        this.#report([...path, name], offset, {
          message: `the key ${quote(name)} stands here twice`,
          expected: "each key once",
        });
      }
      own.set(name, this.#read(value, [...path, name], offset));
    }
    return Object.fromEntries([...merged, ...own]);
  }

  /** Adds the values of the maps that `<<` names; the first one that has a key wins. */
  #merge(node: unknown, path: SourcePath, offset: number, merged: Map<string, unknown>): void {
    const key = JSON.stringify(path);
    const place = this.#places.get(key);
    const given = this.#read(node, path, offset);
    if (place !== undefined) this.#places.set(key, place);
    // An alias that has no value was reported.
    if (given === undefined) return;
    for (const one of Array.isArray(given) ? given : [given]) {
      if (typeof one !== "object" || one === null || Array.isArray(one)) {
        this.#report(path, offset, { message: '"<<" is not a map', expected: "an alias of a map" });
        continue;
      }
      for (const [key, value] of Object.entries(one)) {
        if (!merged.has(key)) merged.set(key, value);
      }
    }
  }
}

function describeSyntaxError(code: string, message: string): ProblemText {
  if (code === "MULTIPLE_DOCS") return SEVERAL_DOCUMENTS;
  // The parser reports its own stack overflow as an error of syntax.
  if (message.includes("call stack")) return TOO_DEEP;
  const expected = WAYS_OUT[code];
  return { message, ...expected !== undefined && { expected } };
}

/** Number of brackets that are open at once, or of markers of items in a row, that no author writes. */
const MAX_OPEN = 1_000;

/**
 * Returns the offset at which a text is nested so deeply that the parser would take long to refuse it.
 * Brackets in texts count too, so the limit is far above that of the depth.
 */
function findDeepPlace(text: string): number | undefined {
  let open = 0;
  for (const { 0: found, index } of text.matchAll(/[[{\]}]|(?:[-?][ \t]+)+/g)) {
    if (found === "]" || found === "}") open = Math.max(0, open - 1);
    else if (found === "[" || found === "{") open++;
    if (open > MAX_OPEN || found.length > 2 * MAX_OPEN) return index;
  }
  return undefined;
}

/**
 * Runs the parser without the environment: at every token, it looks for variables that would make
 * it print, which would need a permission and takes most of its time.
 */
function withoutEnvironment<Result>(parse: () => Result): Result {
  const process = globalThis.process as typeof globalThis.process | undefined;
  if (process === undefined) return parse();
  const { env } = process;
  process.env = {};
  try {
    return parse();
  } finally {
    process.env = env;
  }
}
