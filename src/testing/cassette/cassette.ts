/**
 * Cassettes: what a real model answered, kept in a file and played again.
 *
 * A test with a real model is slow, costs money, needs a key, and answers
 * something else each time. A cassette makes one run of it a file beside the
 * test. From then on the test replays the file: no network, no key, the same
 * answers. Wrap the model in {@linkcode cassette}, run the test once with
 * `CASSETTE=update` in the environment, and commit the file.
 *
 * A request that is not in the file fails with a {@linkcode CassetteMissError}
 * that shows how the prompt or the schema differs from the recorded one; so the
 * cassette also tells when a change of the agent changes what the model sees.
 *
 * @module
 */
import process from "node:process";
import { fileURLToPath } from "node:url";
import { ConfigError, quote } from "../../errors.ts";
import type { LLM } from "../../llm/llm.ts";
import { readCassetteFile } from "./cassette_file.ts";
import { CassettePlayer } from "./cassette_player.ts";
import { CassetteRecorder } from "./cassette_recorder.ts";
import { makeRedact } from "./redact.ts";

/** A model with a cassette. */
export interface CassetteLLM extends LLM {
  /**
   * Fails if a recorded call was not played. While recording there is nothing to fail on.
   *
   * @throws {CassetteError} saying how many calls are left, and the first of them.
   */
  assertDone(): void;
}

/** Options of {@linkcode record} and {@linkcode replay}; give both the same. */
export interface RedactOptions {
  /**
   * Secrets that are written as `[redacted]`: texts, patterns, or a function that
   * gives a text without them. What looks like a key (bearer tokens, `sk-…`,
   * `AKIA…`, `ghp_…`, JWTs, private keys, `api_key=…` and the like) is redacted
   * in any case. An empty text is no secret; a function must leave a text that
   * it gave as it is. Default: none.
   */
  readonly redact?: readonly (string | RegExp)[] | ((text: string) => string);
}

/** Options of {@linkcode cassette}. */
export interface CassetteOptions extends RedactOptions {
  /**
   * Reads a variable of the environment. Default: that of the process, where
   * reading is not permitted (in Deno, without `--allow-env=CASSETTE`) as if it were not set.
   */
  readonly environment?: (name: string) => string | undefined;
}

/**
 * A model for tests: it replays the file, and calls the model and records the
 * file anew where the environment variable `CASSETTE` is `update`.
 *
 * @param llm The model; while replaying it is never called.
 * @param file A path or a file URL. Give each test a file of its own.
 * @throws {ConfigError} if the file is to be replayed and there is none, or it is malformed or of a newer version.
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
 * assertEquals(await testGreeting({ CASSETTE: "update" }, file), 1); // asks the model
 * assertEquals(await testGreeting({}, file), 0); // plays the file
 * ```
 */
export function cassette(
  llm: LLM,
  file: string | URL,
  options: CassetteOptions = {},
): CassetteLLM {
  const { environment = readEnvironment } = options;
  return environment("CASSETTE") === "update" ? record(llm, file, options) : replay(file, options);
}

/**
 * A model that passes every call on and keeps it. The file is written after each
 * call, as a whole, and replaces an older one when the first call has succeeded.
 * Calls that fail, or are given up before their end, are not kept.
 *
 * @param llm The model. Its name and its `schemaProfile` are kept; what is recorded streams and embeds if it does.
 * @param file A path or a file URL; folders that are missing are made.
 * @throws {CassetteError} from a call whose answer is not JSON, or cannot be written.
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
  return new CassetteRecorder(llm, pathOf(file), makeRedact(options.redact));
}

/**
 * A model that answers from a file and never calls out. Each recorded call is
 * played once; a request that was recorded several times gets its answers in
 * that order. Session ids, signals and the step are no part of a request. A
 * stream that is broken off leaves its call to be played again.
 *
 * The file is read at once, for an agent needs the name and the `schemaProfile`
 * of its model; the recorded ones are given.
 *
 * @param file A path or a file URL.
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
  const redact = makeRedact(options.redact);
  const path = pathOf(file);
  return new CassettePlayer(path, readCassetteFile(path), redact);
}

/** The path of a file, which may be a URL, also as text: `import.meta.resolve()` gives one. */
function pathOf(file: string | URL): string {
  if (typeof file === "string" && file !== "" && !file.startsWith("file:")) return file;
  try {
    return fileURLToPath(file);
  } catch (cause) {
    const given = file instanceof URL ? `"${file}"` : quote(file);
    throw new ConfigError(`Cannot use ${given} as a cassette: expected a path or a file URL`, {
      cause,
    });
  }
}

function readEnvironment(name: string): string | undefined {
  try {
    return process.env[name];
  } catch {
    // Not permitted.
    return undefined;
  }
}
