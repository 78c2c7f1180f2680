/**
 * Automatic player: makes a legal decision for each request.
 *
 * @module
 */
import { type Random, seededRandom } from "../../random.ts";
import type { JsonSchema } from "../../json/json.ts";
import { partsOf } from "./decision_parts.ts";
import { type Choice, KnownGraph, Tour } from "./tour.ts";
import type { LLMRequest } from "../llm.ts";
import { generateCandidates, makeOutput, type OutputCandidates } from "./make_output.ts";
import { wireOutput } from "../wire_output.ts";

/** A value to play, or a function that returns one. `random` returns seeded numbers from 0 to 1. */
export type AutoSample<Value> = Value | ((request: LLMRequest, random: () => number) => Value);

/** Options of `MockLLM.auto()`. */
export interface AutoOptions {
  /** Name of the model. Default: `"mock"`. */
  readonly name?: string;
  /** Length of the streamed chunks, in characters. Default: the model does not stream. */
  readonly chunkLength?: number;
  /** Seed of the generated values and of the order of equal choices, a whole number. Default: 1. */
  readonly seed?: number;
  /**
   * Arguments by tool name, in the form that the tool's schema accepts. A list
   * is used in rotation. Default: generated from the tool's schema.
   */
  readonly samples?: Readonly<
    Record<
      string,
      AutoSample<Readonly<Record<string, unknown>>> | readonly Readonly<Record<string, unknown>>[]
    >
  >;
  /**
   * Answers by step id, in the form that the answer's schema accepts. Requests
   * that are not decisions are answered by their `schemaName`. Default: a
   * sentence, or a value generated from the schema.
   */
  readonly answers?: Readonly<
    Record<string, AutoSample<string | number | boolean | null | object>>
  >;
}

/** Progress of one session, with its own random numbers. */
interface AutoSession {
  readonly tour: Tour;
  readonly random: Random;
}

/** Plays the requests of any number of sessions. */
export class AutoPlayer {
  readonly #options: AutoOptions;
  readonly #graph = new KnownGraph();
  readonly #sessions = new Map<string | undefined, AutoSession>();
  readonly #calls = new Map<string, number>();
  readonly #seeds: Random;

  /** Creates a player that has not seen any session. */
  constructor(options: AutoOptions) {
    this.#options = options;
    this.#seeds = seededRandom(options.seed ?? 1);
  }

  /**
   * Returns an output that the request accepts.
   *
   * @throws {MockLLMError} if no generated or sampled output is accepted.
   */
  play(request: LLMRequest): Promise<unknown> {
    const { sessionId, legal, step = "" } = request;
    const { tour, random } = this.#session(sessionId);
    if (legal === undefined) return makeOutput(request, this.#planReply(request, random));
    const choice = tour.next(step, legal);
    if (choice.action === "END") this.#sessions.delete(sessionId);
    return makeOutput(request, this.#planDecision(request, choice, step, random));
  }

  /** Sessions have separate random numbers, so they do not influence each other. */
  #session(id: string | undefined): AutoSession {
    let session = this.#sessions.get(id);
    if (session === undefined) {
      const random = seededRandom(this.#seeds() * 2 ** 32);
      session = { tour: new Tour(this.#graph, random), random };
      this.#sessions.set(id, session);
    }
    return session;
  }

  #planDecision(
    request: LLMRequest,
    choice: Choice,
    step: string,
    random: Random,
  ): OutputCandidates {
    const { args, response, suggestions } = partsOf(request.schema);
    const wrap = (decision: unknown) => wireOutput(request, decision, ["This is legal here"]);
    switch (choice.action) {
      case "TOOL_CALL": {
        const { tool } = choice;
        return {
          what: `a call of tool "${tool}" in step "${step}"`,
          ...this.#findCandidates("samples", tool, args.get(tool), request, random),
          wrap: (args) => wrap({ action: "TOOL_CALL", calls: [{ tool, args }] }),
        };
      }
      case "RESPOND":
        return {
          what: `an answer in step "${step}"`,
          ...this.#findCandidates(
            "answers",
            step,
            response,
            request,
            random,
            `This is step ${step}`,
          ),
          wrap: (response) => wrap({ action: "RESPOND", response, ...suggestions }),
        };
      case "MOVE":
      case "END":
        return {
          what: `${choice.action} in step "${step}"`,
          remedy: "expected the request to accept its own legal actions",
          parts: [choice.action === "END" ? { action: "END", response: null } : choice],
          wrap,
        };
    }
  }

  /** Plans the reply to a request that is not a decision. */
  #planReply(request: LLMRequest, random: Random): OutputCandidates {
    const { schemaName, schema } = request;
    return {
      what: `a reply to "${schemaName}"`,
      ...this.#findCandidates("answers", schemaName, schema, request, random),
      wrap: (reply) => reply,
    };
  }

  /** Returns the author's sample, or generated values; `sentence` is used for unrestricted text. */
  #findCandidates(
    option: "samples" | "answers",
    key: string,
    schema: JsonSchema | undefined,
    request: LLMRequest,
    random: Random,
    sentence?: string,
  ): Pick<OutputCandidates, "parts" | "remedy"> {
    const given = this.#options[option] ?? {};
    const own: unknown = Object.hasOwn(given, key) ? given[key] : undefined;
    if (own !== undefined) {
      const sample = option === "samples" ? this.#nextSample(key, own) : own;
      return {
        parts: [typeof sample === "function" ? sample(request, random) : sample],
        remedy: `expected the value in "${option}" to match the schema`,
      };
    }
    return {
      parts: generateCandidates(schema, random, request.schema, sentence),
      remedy: `pass a valid value: MockLLM.auto({ ${option}: { ${JSON.stringify(key)}: … } })`,
    };
  }

  /** Returns the next sample of a list, in rotation. */
  #nextSample(key: string, sample: unknown): unknown {
    if (!Array.isArray(sample)) return sample;
    const calls = this.#calls.get(key) ?? 0;
    this.#calls.set(key, calls + 1);
    return sample[calls % sample.length];
  }
}
