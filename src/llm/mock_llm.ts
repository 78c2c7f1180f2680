/**
 * A model that plays a script.
 *
 * @module
 */
import type { Decision } from "../decision/decision.ts";
import { ConfigError, quote } from "../errors.ts";
import { checkSeed } from "../random.ts";
import type { AutoOptions, AutoPlayer } from "./auto/auto_player.ts";
import type { LLM, LLMChunk, LLMRequest, LLMResult } from "./llm.ts";
import { MockLLMError } from "./mock_llm_error.ts";
import { wireOutput } from "./wire_output.ts";

/** An output to be played as it is, legal or not; made by {@linkcode raw}. */
export interface RawOutput {
  /** The discriminator. */
  readonly action: "RAW";
  /** The value or text. */
  readonly output: unknown;
}

/** What a script may hold: a decision, an output as it is, an error to throw, or a function that gives one of these. */
export type ScriptEntry =
  | Decision
  | RawOutput
  | Error
  | ((request: LLMRequest) => ScriptEntry | Promise<ScriptEntry>);

/** Options of a {@linkcode MockLLM}. */
export interface MockLLMOptions {
  /** Its name. Default: `"mock"`. */
  readonly name?: string;
  /**
   * What a call beyond the script does: `"fail"` throws, `"repeat"` plays the
   * last entry again. Default: `"fail"`.
   */
  readonly whenDone?: "fail" | "repeat";
  /** Whether a scripted decision that is illegal in its step throws. `false` costs less. Default: true. */
  readonly validate?: boolean;
  /** Streams its answers in pieces of so many characters. Default: it does not stream. */
  readonly chunkLength?: number;
}

/**
 * An output to be played as it is, to see what an agent does with a malformed model.
 *
 * @example
 * ```ts
 * import { Agent, decide, MockLLM, raw } from "@nomos/agent";
 * import { assertEquals } from "@std/assert";
 *
 * const agent = new Agent({
 *   name: "robust",
 *   llm: new MockLLM([raw("Sure! {"), decide.respond("Hello")]),
 *   start: "greet",
 *   steps: { greet: { description: "Greet the user" } },
 * });
 * const turn = await agent.createSession().next("Hi");
 * assertEquals(turn.events.map(({ type }) => type), ["user", "error", "decision"]);
 * ```
 */
export function raw(output: unknown): RawOutput {
  return { action: "RAW", output };
}

/**
 * A model that plays a script, for tests without a network. It fails on a call
 * too many, on a decision that is illegal where it is played, and, when asked
 * by {@linkcode MockLLM.assertDone}, on a call too few.
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
 */
export class MockLLM implements LLM {
  /** Its name. */
  readonly name: string;
  /** Streams answers, where it was made to. */
  declare readonly stream?: (request: LLMRequest) => AsyncGenerator<LLMChunk, void, void>;
  /** Every request so far. Requests refer to the session's messages and copy nothing. */
  readonly requests: LLMRequest[] = [];
  readonly #script: ScriptEntry[];
  readonly #whenDone: "fail" | "repeat";
  readonly #validate: boolean;
  #calls = 0;
  /** The place of the next entry. */
  #next = 0;
  /** What plays on by itself where the script ends. */
  #player: ((request: LLMRequest) => Promise<ScriptEntry>) | undefined;

  /**
   * Makes a model of a script.
   *
   * @throws {ConfigError} if `chunkLength` is no whole number from 1.
   */
  constructor(script: readonly ScriptEntry[] = [], options: MockLLMOptions = {}) {
    this.#script = [...script];
    this.name = options.name ?? "mock";
    this.#whenDone = options.whenDone ?? "fail";
    this.#validate = options.validate ?? true;
    const { chunkLength } = options;
    if (chunkLength === undefined) return;
    if (!Number.isSafeInteger(chunkLength) || chunkLength < 1) {
      throw new ConfigError(
        `Cannot stream in pieces of ${
          quote(chunkLength)
        } characters: expected a whole number from 1`,
      );
    }
    this.stream = (request) => this.#stream(request, chunkLength);
  }

  /**
   * A model that plays any agent by itself: in each step it calls every tool
   * once, takes every route, answers once, and ends the session when it is asked
   * again after that; where no step has END, it answers for ever. Routes that
   * lead back come first, then those that its sessions took least often: what
   * lies behind another way out is for the next session of the same model.
   *
   * All it says is legal, and the same for the same seed and the same requests.
   * What is pushed is played first; `assertDone()` minds only that. It decides
   * nothing about calls that wait for approval: `session.approve()` and `deny()` go
   * on with the tour, and so does a new input, which gives them up.
   *
   * Arguments and structured answers are made from their schemas, the simplest
   * that is accepted. Where a check cannot be met by chance, give `samples` or
   * `answers`; until then it throws a {@linkcode MockLLMError} that says so.
   *
   * @throws {ConfigError} if the seed is no whole number.
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
    checkSeed(options.seed);
    const llm = new MockLLM([], options);
    let player: Promise<AutoPlayer> | undefined;
    // Loaded when it first plays: programs that script their mocks, or have none, are spared it.
    llm.#player = async (request) => {
      player ??= import("./auto/auto_player.ts").then(({ AutoPlayer }) => new AutoPlayer(options));
      return raw(await (await player).play(request));
    };
    return llm;
  }

  /** Adds to the end of the script. */
  push(...entries: readonly ScriptEntry[]): void {
    this.#script.push(...entries);
  }

  /**
   * Plays the next entry.
   *
   * @throws {MockLLMError} if there is none, or if it is illegal here.
   */
  async decide(request: LLMRequest): Promise<LLMResult> {
    this.requests.push(request);
    this.#calls++;
    let entry = this.#take();
    if (entry === undefined) throw this.#surplus(request);
    while (typeof entry === "function") entry = await entry(request);
    if (entry instanceof Error) throw entry;
    if (typeof entry?.action !== "string") throw this.#empty(request, entry);
    if (entry.action === "RAW") return { output: entry.output };
    const { reasoning, ...decision } = entry;
    const output = wireOutput(request, decision, reasoning);
    if (this.#validate) {
      const result = await request.validate(output);
      if (!result.success) throw this.#illegal(request, entry, result.problem);
    }
    return { output };
  }

  /**
   * Fails if part of the script was not played.
   *
   * @throws {MockLLMError} saying how many entries are left, and the first of them.
   */
  assertDone(): void {
    const left = this.#script.length - this.#next;
    if (left <= 0) return;
    const next = show(this.#script[this.#next]!);
    throw new MockLLMError(
      `Script not finished: ${left} of ${this.#script.length} entries left, first ${next}`,
    );
  }

  /** Counts of the 26 letters of each text, in any case: texts of the same letters are alike. */
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

  async *#stream(
    request: LLMRequest,
    chunkLength: number,
  ): AsyncGenerator<LLMChunk, void, void> {
    const result = await this.decide(request);
    const { output } = result;
    const text = typeof output === "string" ? output : JSON.stringify(output) ?? "";
    for (let at = 0; at < text.length; at += chunkLength) {
      yield { type: "text", text: text.slice(at, at + chunkLength) };
    }
    yield { type: "result", result };
  }

  /** The next entry; beyond the last one what plays by itself, or that one again, if it is to repeat. */
  #take(): ScriptEntry | undefined {
    const script = this.#script;
    if (this.#next < script.length) return script[this.#next++];
    if (this.#player !== undefined) return this.#player;
    return this.#whenDone === "repeat" ? script.at(-1) : undefined;
  }

  #empty({ step }: LLMRequest, entry: unknown): MockLLMError {
    return new MockLLMError(
      `Cannot play call ${this.#calls} in ${describe(step)}: the script gave ${quote(entry)}: ` +
        "expected a decision, raw(), an error or a function",
    );
  }

  #surplus(request: LLMRequest): MockLLMError {
    const { legal, step } = request;
    return new MockLLMError(
      `Cannot play call ${this.#calls}: the script has ${this.#script.length} entries, ` +
        `but ${describe(step)} asked for ${legal ? legal.actions.join(", ") : request.schemaName}`,
    );
  }

  #illegal(
    { step, legal }: LLMRequest,
    entry: ScriptEntry,
    { path, message }: { readonly path: string; readonly message: string },
  ): MockLLMError {
    const where = path === "" ? "" : ` at ${path}`;
    return new MockLLMError(
      `Cannot play call ${this.#calls} in ${describe(step)}: ${show(entry)} is illegal${where}: ` +
        `${message}: expected ${JSON.stringify(legal)}; to play it all the same, use raw()`,
    );
  }
}

function describe(step: string | undefined): string {
  return step === undefined ? "a request" : `step "${step}"`;
}

function show(entry: ScriptEntry): string {
  if (typeof entry === "function") return "a function";
  return entry instanceof Error ? `the error "${entry.message}"` : JSON.stringify(entry);
}
