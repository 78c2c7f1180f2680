/**
 * A model that plays a script.
 *
 * @module
 */
import * as v from "valibot";
import { quote } from "../errors.ts";
import * as option from "../schema/option_shape.ts";
import type { SchemaProfile } from "../schema/schema_profile.ts";
import type { AutoOptions, AutoPlayer } from "./auto/auto_player.ts";
import type { LLM, LLMChunk, LLMRequest, LLMResult } from "./llm.ts";
import { MockLLMError } from "./llm_error.ts";
import {
  asksForSummary,
  formatEntry,
  MockScript,
  raw,
  type ScriptEntry,
  wrapDecision,
} from "./mock_script.ts";

/** Options of a {@linkcode MockLLM}. */
export interface MockLLMOptions {
  /** Name of the model. Default: `"mock"`. */
  readonly name?: string;
  /**
   * Subset of JSON Schema that the model accepts. Default: that of `like`, or else OpenAI's strict
   * subset.
   */
  readonly schemaProfile?: SchemaProfile;
  /** Model that this one stands for: it accepts the same schemas. Default: none. */
  readonly like?: LLM;
  /**
   * Behaviour of a call after the end of the script: `"fail"` throws, `"repeat"`
   * plays the last entry again. Default: `"fail"`.
   */
  readonly whenDone?: "fail" | "repeat";
  /** If true, a decision that is illegal in its step throws. `false` is faster. Default: true. */
  readonly validate?: boolean;
  /** Length of the streamed chunks, in characters. Default: the model does not stream. */
  readonly chunkLength?: number;
}

const ownShape = {
  name: option.optionalText,
  schemaProfile: option.anything,
  like: v.optional(v.custom<LLM>(
    (value) => typeof (value as LLM | null)?.decide === "function",
    "expected a model, with decide()",
  )),
  chunkLength: option.wholeNumber(1),
};
const shape: option.OptionShape<MockLLMOptions> = {
  ...ownShape,
  whenDone: v.optional(v.picklist(["fail", "repeat"], 'expected "fail" or "repeat"')),
  validate: option.flag,
};
const autoShape: option.OptionShape<AutoOptions> = {
  ...ownShape,
  seed: option.optionalNumber("expected a whole number", Number.isSafeInteger),
  samples: option.anything,
  answers: option.anything,
};

/**
 * A scripted model, for tests without a network. It throws on an extra call and
 * on a decision that is illegal in its step. {@linkcode MockLLM.assertDone}
 * throws if scripted entries remain.
 *
 * @example
 * ```ts
 * import { Agent, decide, MockLLM } from "@nomos/agent";
 * import { assertEquals } from "@std/assert";
 *
 * const llm = new MockLLM([decide.respond("Hello"), (request) => {
 *   return decide.respond(`You are in step ${request.step}`);
 * }]);
 * const agent = new Agent({
 *   name: "tested",
 *   llm,
 *   start: "greet",
 *   steps: { greet: { description: "Greet the user" } },
 * });
 * const session = agent.createSession();
 * await session.next("Hi");
 * assertEquals((await session.next("Where am I?")).response, "You are in step greet");
 * llm.assertDone();
 * ```
 *
 * @example An agent whose schemas only another model accepts
 * ```ts
 * import { Agent, decide, MockLLM, Tool } from "@nomos/agent";
 * import { openai } from "@nomos/agent/openai";
 * import { assertEquals } from "@std/assert";
 * import * as v from "valibot";
 *
 * const local = openai({ model: "qwen3", baseURL: "http://localhost:11434/v1" });
 * const setPrices = new Tool({
 *   name: "set_prices",
 *   description: "Set the prices of drinks",
 *   args: v.object({ prices: v.record(v.string(), v.number()) }),
 *   run: ({ prices }) => Object.keys(prices).join(),
 * });
 * const script = [decide.call("set_prices", { prices: { latte: 4 } }), decide.respond("Done")];
 * const agent = new Agent({
 *   name: "barista",
 *   llm: new MockLLM(script, { like: local }),
 *   start: "serve",
 *   steps: { serve: { description: "Serve", tools: [setPrices] } },
 * });
 * const turn = await agent.createSession().next("A latte is 4");
 * assertEquals(turn.toolResults.map(({ text }) => text), ["latte"]);
 * ```
 */
export class MockLLM implements LLM {
  /** Name of the model, `"mock"` by default. */
  readonly name: string;
  /** Subset of JSON Schema that it accepts. Present only if `schemaProfile` or `like` sets it. */
  declare readonly schemaProfile?: SchemaProfile;
  /** Streams the next entry. Present only if `chunkLength` is set. */
  declare readonly stream?: (request: LLMRequest) => AsyncGenerator<LLMChunk, void, void>;
  /** All requests received so far. They share the messages of the session. */
  readonly requests: LLMRequest[] = [];
  readonly #script: MockScript;
  readonly #validate: boolean;
  #calls = 0;
  /** Automatic player, asked after the end of the script. */
  #player: ((request: LLMRequest) => Promise<ScriptEntry>) | undefined;

  /**
   * Creates a model that plays a script.
   *
   * @throws {ConfigError} if an option is unknown or invalid.
   */
  constructor(script: readonly ScriptEntry[] = [], options: MockLLMOptions = {}) {
    option.checkOptions(shape, options, "Cannot create a mock");
    this.#script = new MockScript(script, options.whenDone ?? "fail");
    this.name = options.name ?? "mock";
    this.#validate = options.validate ?? true;
    const { like, schemaProfile = like?.schemaProfile, chunkLength } = options;
    if (schemaProfile !== undefined) this.schemaProfile = schemaProfile;
    if (chunkLength === undefined) return;
    this.stream = (request) => this.#stream(request, chunkLength);
  }

  /**
   * Creates a model that plays any agent without a script. In each step it calls
   * every tool once, takes every route once and answers once. The next request
   * after that ends the session, or is answered if no step allows END. Routes
   * that lead back are taken first, then those that earlier sessions of the same
   * model took least often, so further sessions explore other branches.
   *
   * Every decision is legal, and the same seed and requests produce the same
   * decisions. Pushed entries are played first, and `assertDone()` checks only
   * those. The model does not decide about calls that wait for approval: call
   * `session.approve()` or `deny()` to continue, or send a new input, which
   * abandons these calls.
   *
   * Arguments and structured answers are generated from their schemas, simplest
   * first. A custom check may refuse all of them: the model then throws a
   * {@linkcode MockLLMError}, and you pass `samples` or `answers`.
   *
   * @throws {ConfigError} if an option is unknown or invalid.
   *
   * @example A smoke test of a whole agent
   * ```ts
   * import { Agent, MockLLM, Tool, type Turn } from "@nomos/agent";
   * import { assertEquals } from "@std/assert";
   * import * as v from "valibot";
   *
   * const book = new Tool({
   *   name: "book",
   *   description: "Book a table",
   *   args: v.object({ people: v.pipe(v.number(), v.integer(), v.minValue(1)) }),
   *   run: ({ people }) => `booked for ${people}`,
   * });
   * const agent = new Agent({
   *   name: "waiter",
   *   llm: MockLLM.auto(),
   *   start: "greet",
   *   steps: {
   *     greet: { description: "Greet them", routes: { table: "they want to eat" } },
   *     table: { description: "Find a table", tools: [book], routes: { greet: "they do not" } },
   *   },
   * });
   * const session = agent.createSession();
   * const turns: Turn[] = [];
   * while (session.status !== "ended") turns.push(await session.next("Go on"));
   * assertEquals(turns.map(({ step }) => step), ["greet", "table", "table"]);
   * assertEquals(turns.flatMap((turn) => turn.toolResults.map(({ outcome }) => outcome)), ["ok"]);
   * ```
   */
  static auto(options: AutoOptions = {}): MockLLM {
    option.checkOptions(autoShape, options, "Cannot create an automatic model");
    const { seed: _, samples: __, answers: ___, ...rest } = options;
    const llm = new MockLLM([], rest);
    let player: Promise<AutoPlayer> | undefined;
    // Loaded on first use, so that other programs do not load it.
    llm.#player = async (request) => {
      player ??= import("./auto/auto_player.ts").then(({ AutoPlayer }) => new AutoPlayer(options));
      return raw(await (await player).play(request));
    };
    return llm;
  }

  /** Appends entries to the script. */
  push(...entries: readonly ScriptEntry[]): void {
    this.#script.push(...entries);
  }

  /**
   * Plays the next entry. A request for a summary is answered by itself if the next entry is a
   * decision; `raw({ summary: "…" })`, an error or a function is played.
   *
   * @throws {MockLLMError} if no entry is left, or if it is illegal in this step.
   */
  async decide(request: LLMRequest): Promise<LLMResult> {
    this.requests.push(request);
    this.#calls++;
    const plays = this.#player !== undefined && this.#script.isDone;
    // A script of decisions need not know after which of them a conversation is summarized.
    if (!plays && asksForSummary(request) && this.#script.isDecisionNext) {
      return { output: { summary: "Summary by a mock" } };
    }
    let entry = plays ? this.#player : this.#script.take();
    if (entry === undefined) {
      const asked = request.legal?.actions.join(", ") ?? request.schemaName;
      const problem = `the script has ${this.#script.length} entries: expected one more, for `;
      throw this.#createError(request, `${problem}${asked}; add it, or set whenDone: "repeat"`);
    }
    while (typeof entry === "function") entry = await entry(request);
    if (entry instanceof Error) throw entry;
    if (typeof entry?.action !== "string") {
      const expected = "expected a decision, raw(), an error or a function";
      throw this.#createError(request, `the script entry is ${quote(entry)}: ${expected}`);
    }
    if (entry.action === "RAW") return { output: entry.output };
    const { reasoning, ...decision } = entry;
    const output = wrapDecision(request, decision, reasoning);
    if (this.#validate) {
      const result = await request.validate(output);
      if (!result.success) {
        const { path, message } = result.problem;
        const problem = `${formatEntry(entry)} is illegal${path && ` at ${path}`}: ${message}: `;
        const expected = `expected ${JSON.stringify(request.legal)}; use raw() to play it anyway`;
        throw this.#createError(request, problem + expected);
      }
    }
    return { output };
  }

  /**
   * Asserts that the whole script was played.
   *
   * @throws {MockLLMError} with the number of remaining entries and the first of them.
   */
  assertDone(): void {
    this.#script.assertDone();
  }

  /** Returns a vector of 26 letter counts for each text. Letter case is ignored. */
  embed(texts: readonly string[]): Promise<number[][]> {
    return Promise.resolve(texts.map((text) => {
      const counts = new Array<number>(26).fill(0);
      for (const letter of text.toLowerCase()) {
        const index = letter.charCodeAt(0) - 97;
        if (index >= 0 && index < 26) counts[index]!++;
      }
      return counts;
    }));
  }

  async *#stream(request: LLMRequest, chunkLength: number): AsyncGenerator<LLMChunk, void, void> {
    const result = await this.decide(request);
    const { output } = result;
    const text = typeof output === "string" ? output : JSON.stringify(output) ?? "";
    for (let at = 0; at < text.length; at += chunkLength) {
      yield { type: "text", text: text.slice(at, at + chunkLength) };
    }
    yield { type: "result", result };
  }

  #createError({ step }: LLMRequest, problem: string): MockLLMError {
    const where = step === undefined ? "" : ` in step "${step}"`;
    return new MockLLMError(`Cannot play call ${this.#calls}${where}: ${problem}`);
  }
}
