/**
 * Script of a mock model.
 *
 * @module
 */
import type { Decision } from "../decision/decision.ts";
import type { LLMRequest } from "./llm.ts";
import { MockLLMError } from "./llm_error.ts";

/** A raw output, returned without validation, whether legal or not. Created by {@linkcode raw}. */
export interface RawOutput {
  /** Discriminator. */
  readonly action: "RAW";
  /** JSON value, or the text that the model writes. */
  readonly output: unknown;
}

/** Entry of a script: a decision, a raw output, an error to throw, or a function returning one. */
export type ScriptEntry =
  | Decision
  | RawOutput
  | Error
  | ((request: LLMRequest) => ScriptEntry | Promise<ScriptEntry>);

/**
 * Creates a raw output, to test how an agent handles malformed output of a model.
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

/** Entries of a script, and the position in it. */
export class MockScript {
  readonly #entries: ScriptEntry[];
  readonly #whenDone: "fail" | "repeat";
  /** Index of the next entry. */
  #next = 0;

  /** Creates a script from a copy of its entries. `whenDone` applies after the last one. */
  constructor(entries: readonly ScriptEntry[], whenDone: "fail" | "repeat") {
    this.#entries = [...entries];
    this.#whenDone = whenDone;
  }

  /** Number of entries, played or not. */
  get length(): number {
    return this.#entries.length;
  }

  /** True if all entries were taken. */
  get isDone(): boolean {
    return this.#next >= this.#entries.length;
  }

  /** Appends entries. */
  push(...entries: readonly ScriptEntry[]): void {
    this.#entries.push(...entries);
  }

  /** Takes the next entry. After the last one, returns it again if the script repeats. */
  take(): ScriptEntry | undefined {
    const entry = this.#peek();
    if (!this.isDone) this.#next++;
    return entry;
  }

  /** True if the next entry is a decision, or there is none. */
  get isDecisionNext(): boolean {
    const entry = this.#peek();
    return entry === undefined || typeof entry === "object" && "action" in entry &&
        entry.action !== "RAW";
  }

  #peek(): ScriptEntry | undefined {
    if (!this.isDone) return this.#entries[this.#next];
    return this.#whenDone === "repeat" ? this.#entries.at(-1) : undefined;
  }

  /**
   * Asserts that all entries were taken.
   *
   * @throws {MockLLMError} with the number of remaining entries and the first of them.
   */
  assertDone(): void {
    if (this.isDone) return;
    const left = this.#entries.length - this.#next;
    const next = formatEntry(this.#entries[this.#next]!);
    throw new MockLLMError(
      `Script is not finished: ${left} of ${this.#entries.length} entries remain, the next is ` +
        `${next}: expected all of them to be played`,
    );
  }
}

/** Formats an entry for an error message. */
export function formatEntry(entry: ScriptEntry): string {
  if (typeof entry === "function") return "a function";
  return entry instanceof Error ? `the error "${entry.message}"` : JSON.stringify(entry);
}

/** Wraps a decision as model output. Includes the reasoning if the request's schema has it. */
export function wrapDecision(
  { schema }: LLMRequest,
  decision: unknown,
  reasoning: unknown,
): unknown {
  const properties = schema.properties as object | undefined ?? {};
  return "reasoning" in properties ? { reasoning, decision } : { decision };
}

/** Returns true for a request that asks to summarize the conversation. */
export function asksForSummary({ schemaName, schema }: LLMRequest): boolean {
  return schemaName === "summary" && Object.hasOwn(Object(schema.properties), "summary");
}
