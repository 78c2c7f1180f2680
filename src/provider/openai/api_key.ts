/**
 * API keys: validation and lookup.
 *
 * @module
 */
import { ConfigError, quote, reasonOf } from "../../errors.ts";
import { LLMError } from "../../llm/llm_error.ts";

/** An API key, or a function that returns the current one, for tokens that expire. */
export type ApiKey = string | (() => string | Promise<string>);

/**
 * Validates that an HTTP header can carry the key, and returns it.
 *
 * @param source Origin of the key, for error messages. They never contain the key.
 * @throws {ConfigError} if the key is not a non-empty string of visible ASCII characters.
 */
export function checkKey(key: unknown, source: string): string {
  if (typeof key !== "string") {
    throw new ConfigError(`Cannot use ${source}: expected a string, but received ${typeof key}`);
  }
  if (key === "") {
    throw new ConfigError(`Cannot use ${source}: expected a key, but received an empty string`);
  }
  const place = key.search(/[^\x21-\x7e]/);
  if (place !== -1) {
    throw new ConfigError(
      `Cannot use ${source}: expected visible ASCII characters, but character ${place + 1} of ` +
        `${key.length} is ${describeCharacter(key[place]!)}`,
    );
  }
  return key;
}

/**
 * Returns the API key for a request; undefined if the server needs none. The environment
 * variable is read only if the option `apiKey` is absent, so that programs that pass a
 * key need no permission to read it.
 *
 * @throws {ConfigError} if the key is missing or malformed.
 * @throws {LLMError} if the function `apiKey` throws.
 */
export async function resolveKey(
  model: string,
  apiKey: ApiKey | undefined,
  variable: string | undefined,
): Promise<string | undefined> {
  if (typeof apiKey === "string") return apiKey;
  if (apiKey !== undefined) {
    try {
      apiKey = await apiKey();
    } catch (cause) {
      const message = `Cannot call model ${quote(model)}: apiKey() failed: ${reasonOf(cause)}`;
      throw new LLMError(message, { cause });
    }
    return checkKey(apiKey, "the key returned by apiKey()");
  }
  if (variable === undefined) return undefined;
  const key = readVariable(model, variable);
  return checkKey(key, `the key in the environment variable ${variable}`);
}

/** Global object with environment variables, as in Deno, Node and Bun. Browsers have none. */
interface WithProcess {
  readonly process?: { readonly env?: Readonly<Record<string, string | undefined>> };
}

function readVariable(model: string, name: string): string {
  let key: string | undefined;
  let refusal: { readonly cause: unknown } | undefined;
  try {
    key = (globalThis as WithProcess).process?.env?.[name];
  } catch (cause) {
    refusal = { cause };
  }
  if (key !== undefined) return key;
  throw new ConfigError(
    `Cannot call model ${quote(model)} without an API key: ` +
      (refusal
        ? `reading the environment variable ${name} is not permitted. ` +
          `Run Deno with --allow-env=${name}, or set the option apiKey`
        : `expected the option apiKey or the environment variable ${name}`),
    { ...refusal, code: "API_KEY_MISSING" },
  );
}

function describeCharacter(character: string): string {
  if (character === "\n" || character === "\r") return "a line break";
  if (/\s/.test(character)) return "a space";
  return character < "\x80" ? "a control character" : "not ASCII";
}
