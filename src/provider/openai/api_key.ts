/**
 * The key of a server.
 *
 * @module
 */
import { ConfigError, quote, reasonOf } from "../../errors.ts";
import { LLMError } from "../../llm/llm_error.ts";

/** A key, or a function that gives the one to use now, as for tokens that expire. */
export type ApiKey = string | (() => string | Promise<string>);

/**
 * The key as it is, if a header can carry it. No message shows it.
 *
 * @throws {ConfigError} if it cannot.
 */
export function checkKey(key: unknown, source: string): string {
  if (typeof key !== "string") {
    throw new ConfigError(`Cannot use ${source}: expected a text, but received ${typeof key}`);
  }
  if (key === "") throw new ConfigError(`Cannot use ${source}: expected a key, but it is empty`);
  const place = key.search(/[^\x21-\x7e]/);
  if (place !== -1) {
    throw new ConfigError(
      `Cannot use ${source}: expected visible ASCII characters, but character ${place + 1} of ` +
        `${key.length} is ${describe(key[place]!)}`,
    );
  }
  return key;
}

/**
 * The key for a request; undefined where none is given and none is needed. The
 * environment is read here, so that nobody needs the permission who gives a key.
 *
 * @throws {ConfigError} if there is none and one is needed, or it is malformed.
 * @throws {LLMError} if the function that gives it failed.
 */
export async function readKey(
  model: string,
  apiKey: ApiKey | undefined,
  variable: string | undefined,
): Promise<string | undefined> {
  if (typeof apiKey === "string") return apiKey;
  if (apiKey !== undefined) {
    try {
      apiKey = await apiKey();
    } catch (cause) {
      const message = `Cannot ask ${quote(model)}: apiKey() failed: ${reasonOf(cause)}`;
      throw new LLMError(message, { cause });
    }
    return checkKey(apiKey, "the key that apiKey() gave");
  }
  if (variable === undefined) return undefined;
  const key = readVariable(model, variable);
  return checkKey(key, `the key in the environment variable ${variable}`);
}

/** What has an environment in Deno, Node and Bun; browsers have none. */
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
  const expected = `expected the option apiKey, or the environment variable ${name}`;
  throw new ConfigError(
    `Cannot ask ${quote(model)} without a key: ${expected}` +
      (refusal ? `, which must not be read: in Deno run with --allow-env=${name}` : ""),
    refusal,
  );
}

function describe(character: string): string {
  if (character === "\n" || character === "\r") return "the end of a line";
  if (/\s/.test(character)) return "a space";
  return character < "\x80" ? "a control character" : "none of them";
}
