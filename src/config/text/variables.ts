/**
 * Environment variables in agent files.
 *
 * @module
 */
import { ConfigError, reasonOf } from "../../errors.ts";
import { isRecord } from "../../schema/option_shape.ts";
import type { ProblemText, SourcePath } from "./source.ts";

/** Returns the value of an environment variable; undefined if it is not set. */
export type ReadVariable = (name: string) => string | undefined;

/** Returns the value of an environment variable of the process. */
export const readProcessVariable: ReadVariable = (name) => globalThis.process?.env?.[name];

/** Text that is a variable and nothing else. */
const VARIABLE_REGEXP = /^\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))$/;

/** Returns the name of the variable that a text stands for; undefined if it is other text. */
export function findVariable(text: unknown): string | undefined {
  const [, braced, plain] = typeof text === "string" ? VARIABLE_REGEXP.exec(text) ?? [] : [];
  return braced ?? plain;
}

/** Lists the variables that a value of a file stands for. */
export function listVariables(value: unknown): string[] {
  const name = findVariable(value);
  if (name !== undefined) return [name];
  return typeof value === "object" && value !== null
    ? Object.values(value).flatMap(listVariables)
    : [];
}

/**
 * Returns the content of a file, or a part of it, with the values of its variables. A variable that
 * is not set stays as it is. Never save or log the result: it has the secrets of the environment.
 *
 * @param env Returns the value of an environment variable. Default: that of the process.
 * @throws {ConfigError} if a variable may not be read.
 *
 * @example
 * ```ts
 * import { expandVariables, parseConfig } from "@nomos/agent/config";
 * import { assertEquals } from "@std/assert";
 *
 * const { config } = parseConfig(
 *   "agent.yaml",
 *   `
 * name: barista
 * start: greet
 * steps: [{ id: greet, desc: Greet them }]
 * server: { security: { allowed_origins: [$SITE, "\${OTHER}"] } }
 * `,
 * );
 * const { security } = expandVariables(config.server, (name) => name === "SITE" ? "https://a" : undefined);
 * assertEquals(security.allowed_origins, ["https://a", "${OTHER}"]);
 * ```
 */
export function expandVariables<Value>(
  value: Value,
  env: ReadVariable = readProcessVariable,
): Value {
  return new Variables(env).expand(value, (_, { message, expected }) => {
    throw new ConfigError(`Cannot expand variables: ${message}: expected ${expected}`);
  });
}

/** Length from which a value is kept out of messages. A shorter one occurs in every text. */
const MIN_SECRET = 4;

/** Reads the variables of a file, and keeps their values out of messages. */
export class Variables {
  readonly #read: ReadVariable;
  /** Values that were read, by name. */
  readonly #values = new Map<string, string>();

  /** Creates a reader of variables. */
  constructor(read: ReadVariable) {
    this.#read = read;
  }

  /** Returns the value of a variable; undefined if it is not set. */
  get(name: string): string | undefined {
    const value = this.#read(name);
    if (value !== undefined) this.#values.set(name, value);
    return value;
  }

  /**
   * Returns a copy of a value with the values of its variables. A variable that is not set stays as
   * it is, as in Nomos.
   *
   * @param report Called with a variable that may not be read.
   */
  expand<Value>(
    value: Value,
    report: (path: SourcePath, problem: ProblemText) => void,
    path: SourcePath = [],
  ): Value {
    const name = findVariable(value);
    if (name !== undefined) {
      try {
        return (this.get(name) ?? value) as Value;
      } catch (error) {
        const message = `the environment variable ${name} cannot be read: ${reasonOf(error)}`;
        report(path, { message, expected: `permission to read it, --allow-env=${name}` });
        return value;
      }
    }
    if (Array.isArray(value)) {
      return value.map((item, index) => this.expand(item, report, [...path, index])) as Value;
    }
    if (!isRecord(value)) return value;
    const entries = Object.entries(value)
      .map(([key, item]) => [key, this.expand(item, report, [...path, key])] as const);
    return Object.fromEntries(entries) as Value;
  }

  /** Replaces the values of variables in a message by their names. */
  redact(message: string): string {
    // The longest first, because one value may contain another one.
    const values = [...this.#values].filter(([, value]) => value.length >= MIN_SECRET)
      .sort(([, a], [, b]) => b.length - a.length);
    let redacted = message;
    for (const [name, value] of values) {
      // Messages quote a value as JSON, and at most 100 characters of it.
      for (const text of [value, value.slice(0, 100)]) {
        redacted = redacted.replaceAll(text, `$${name}`)
          .replaceAll(JSON.stringify(text).slice(1, -1), `$${name}`);
      }
    }
    return redacted;
  }
}
