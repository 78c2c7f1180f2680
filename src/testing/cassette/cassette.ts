/**
 * Cassettes: recorded answers of a real model, replayed from a file.
 *
 * A test with a real model is slow, costs money, needs a key and is not
 * deterministic. A cassette records one run into a file beside the test. Later
 * runs replay the file: no network, no key, the same answers. Wrap the model in
 * {@linkcode cassette}, run the test once with `CASSETTE=update` in the
 * environment, and commit the file.
 *
 * A request that is not in the file throws a {@linkcode CassetteMissError} that
 * shows the difference between its prompt or schema and the recorded one. So a
 * cassette also detects changes of the agent that change its requests.
 *
 * @module
 */
import process from "node:process";
import { fileURLToPath } from "node:url";
import { ConfigError, quote } from "../../errors.ts";
import type { LLM } from "../../llm/llm.ts";
import { checkOptions, FUNCTION, type OptionRules } from "../../llm/option_rules.ts";
import { readCassetteFile } from "./cassette_file.ts";
import { CassettePlayer } from "./cassette_player.ts";
import { CassetteRecorder } from "./cassette_recorder.ts";
import { makeRedact } from "./redact.ts";

/** A model that records or replays a cassette. */
export interface CassetteLLM extends LLM {
  /**
   * Asserts that every recorded call was played. Does nothing while recording.
   *
   * @throws {CassetteError} with the number of remaining calls and the first of them.
   */
  assertDone(): void;
}

/** Options of {@linkcode record} and {@linkcode replay}. Pass the same options to both. */
export interface RedactOptions {
  /**
   * Secrets to replace by `[redacted]`: texts, patterns, or a function that
   * returns the redacted text. A function must return its own results unchanged.
   * Empty texts are ignored. Credentials of known formats (bearer tokens,
   * `sk-…`, `AKIA…`, `ghp_…`, JWTs, private keys, `api_key=…` and similar) are
   * always redacted. Default: no further secrets.
   */
  readonly redact?: readonly (string | RegExp)[] | ((text: string) => string);
}

const REDACT_RULES: OptionRules<RedactOptions> = {
  redact: {
    expected: "a list of texts and patterns, or a function",
    accepts: (value) => Array.isArray(value) || typeof value === "function",
  },
};

/** Options of {@linkcode cassette}. */
export interface CassetteOptions extends RedactOptions {
  /**
   * Returns the value of an environment variable. Default: reads the environment
   * of the process; without permission (`--allow-env=CASSETTE` in Deno) the
   * variable counts as not set.
   */
  readonly environment?: (name: string) => string | undefined;
}

/**
 * Returns a model that replays the file. If the environment variable `CASSETTE`
 * is `update`, it calls `llm` and records the file again.
 *
 * @param llm The model to record. It is never called while replaying.
 * @param file Path or file URL of the cassette. Use one file per test.
 * @throws {ConfigError} when replaying, if the file is missing, malformed or of another version.
 *
 * @example
 * ```ts
 * import { Agent, decide, MockLLM } from "@nomos/agent";
 * import { cassette } from "@nomos/agent/testing";
 * import { assertEquals } from "@std/assert";
 *
 * async function testGreeting(variables: Record<string, string>, file: string) {
 *   const model = new MockLLM([decide.respond("Welcome!")]); // a real one, in your test
 *   const llm = cassette(model, file, { environment: (name) => variables[name] });
 *   const steps = { greet: { description: "Greet the user" } };
 *   const agent = new Agent({ name: "greeter", llm, start: "greet", steps });
 *   assertEquals((await agent.createSession().next("Hello")).response, "Welcome!");
 *   llm.assertDone();
 *   return model.requests.length;
 * }
 *
 * const file = `${await Deno.makeTempDir()}/greeting.json`;
 * assertEquals(await testGreeting({ CASSETTE: "update" }, file), 1); // calls the model
 * assertEquals(await testGreeting({}, file), 0); // replays the file
 * ```
 */
export function cassette(
  llm: LLM,
  file: string | URL,
  options: CassetteOptions = {},
): CassetteLLM {
  checkOptions("use a cassette", options, { ...REDACT_RULES, environment: FUNCTION });
  const { environment = readEnvironment, ...rest } = options;
  return environment("CASSETTE") === "update" ? record(llm, file, rest) : replay(file, rest);
}

/**
 * Returns a model that passes each call to `llm` and records it. The whole file
 * is written after each successful call; the first one replaces an older file.
 * Calls that fail or are aborted are not recorded.
 *
 * @param llm The model to record. The returned model has its name and its
 *   `schemaProfile`, and streams and embeds if it does.
 * @param file Path or file URL of the cassette. Missing folders are created.
 * @throws {ConfigError} if `file` is not a path or a file URL.
 * @throws {CassetteError} from a call whose answer is not JSON, or if the file cannot be written.
 *
 * @example
 * ```ts
 * import { Agent, decide, type LLM, MockLLM } from "@nomos/agent";
 * import { record, replay } from "@nomos/agent/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const sessionWith = (llm: LLM) => {
 *   const steps = { help: { description: "Help the user" } };
 *   return new Agent({ name: "helper", llm, start: "help", steps }).createSession();
 * };
 *
 * const file = `${await Deno.makeTempDir()}/key.json`;
 * const model = new MockLLM([decide.respond("It is sk-1234567890abcdef")]);
 * const recorded = await sessionWith(record(model, file)).next("What is my key?");
 * assertEquals(recorded.response, "It is sk-1234567890abcdef");
 * const replayed = await sessionWith(replay(file)).next("What is my key?");
 * assertEquals(replayed.response, "It is [redacted]");
 * ```
 */
export function record(llm: LLM, file: string | URL, options: RedactOptions = {}): CassetteLLM {
  checkOptions("record a cassette", options, REDACT_RULES);
  return new CassetteRecorder(llm, resolvePath(file), makeRedact(options.redact));
}

/**
 * Returns a model that answers from a file, without a network. Each recorded call
 * is played once; if a request was recorded several times, its answers come in
 * the recorded order. Requests are compared without session id, signal and step.
 * The call of an unfinished stream can be played again.
 *
 * The file is read immediately, because an agent needs the recorded name and
 * `schemaProfile` of its model.
 *
 * @param file Path or file URL of the cassette.
 * @throws {ConfigError} if the file is missing, malformed, or of another version.
 * @throws {CassetteMissError} from a call that was not recorded.
 *
 * @example A request that was not recorded
 * ```ts
 * import { Agent, decide, type LLM, MockLLM } from "@nomos/agent";
 * import { CassetteMissError, record, replay } from "@nomos/agent/testing";
 * import { assertRejects } from "@std/assert";
 *
 * const sessionWith = (llm: LLM) => {
 *   const steps = { talk: { description: "Talk to the user" } };
 *   return new Agent({ name: "talker", llm, start: "talk", steps }).createSession();
 * };
 *
 * const file = `${await Deno.makeTempDir()}/talk.json`;
 * await sessionWith(record(new MockLLM([decide.respond("Hi")]), file)).next("Hello");
 * await assertRejects(
 *   () => sessionWith(replay(file)).next("Good evening"),
 *   CassetteMissError,
 *   "- Hello\n+ Good evening",
 * );
 * ```
 */
export function replay(file: string | URL, options: RedactOptions = {}): CassetteLLM {
  checkOptions("replay a cassette", options, REDACT_RULES);
  const redact = makeRedact(options.redact);
  const path = resolvePath(file);
  return new CassettePlayer(path, readCassetteFile(path), redact);
}

/** Returns the path of a file given as a path, a URL or the text of a URL. */
function resolvePath(file: string | URL): string {
  if (typeof file === "string" && file !== "" && !file.startsWith("file:")) return file;
  try {
    return fileURLToPath(file);
  } catch (cause) {
    const shown = file instanceof URL ? `"${file}"` : quote(file);
    throw new ConfigError(`Cannot use ${shown} as a cassette: expected a path or a file URL`, {
      cause,
    });
  }
}

function readEnvironment(name: string): string | undefined {
  try {
    return process.env[name];
  } catch {
    // No permission to read it.
    return undefined;
  }
}
