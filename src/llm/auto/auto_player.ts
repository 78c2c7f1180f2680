/**
 * Automatic player: makes a legal decision for each request.
 *
 * @module
 */
import type { JsonSchema } from "../../json/json.ts";
import { type Random, seededRandom } from "../../random.ts";
import type { SchemaProfile } from "../../schema/schema_profile.ts";
import type { LLM, LLMRequest } from "../llm.ts";
import { readDecisionParts } from "./decision_parts.ts";
import { generateCandidates, makeOutput, type OutputCandidates } from "./make_output.ts";
import { type Choice, KnownGraph, Tour } from "./tour.ts";

/** A value to play, or a function that returns one. `random` returns seeded numbers in [0, 1). */
export type AutoSample<Value> = Value | ((request: LLMRequest, random: () => number) => Value);

/** Options of `MockLLM.auto()`. */
export interface AutoOptions {
  /** Name of the model. Default: `"mock"`. */
  readonly name?: string;
  /**
   * Subset of JSON Schema that the model accepts. Default: that of `like`, or else OpenAI's strict
   * subset.
   */
  readonly schemaProfile?: SchemaProfile;
  /** Model that this one stands for: it accepts the same schemas. Default: none. */
  readonly like?: LLM;
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
  /** Number of samples taken from each list, by tool name. */
  readonly #samplesTaken = new Map<string, number>();
  /** Source of the sessions' seeds. */
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
    const { tour, random } = this.#openSession(sessionId);
    if (legal === undefined) return makeOutput(request, this.#planReply(request, random));
    const choice = tour.next(step, legal);
    if (choice.action === "END") this.#sessions.delete(sessionId);
    return makeOutput(request, this.#planDecision(request, choice, step, random));
  }

  /**
   * Returns the progress of a session; creates it for a new one. Each session has its own
   * random numbers, so concurrent sessions do not influence each other.
   */
  #openSession(id: string | undefined): AutoSession {
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
    const { reasoning, args, response, suggestions, end } = readDecisionParts(request.schema);
    const wrap = (decision: unknown) => ({ ...reasoning, decision });
    switch (choice.action) {
      case "TOOL_CALL": {
        const { tool } = choice;
        return {
          description: `a call of tool "${tool}" in step "${step}"`,
          ...this.#findCandidates("samples", tool, args.get(tool), request, random),
          wrap: (args) => wrap({ action: "TOOL_CALL", calls: [{ tool, args }] }),
        };
      }
      case "RESPOND":
        return {
          description: `an answer in step "${step}"`,
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
          description: `${choice.action} in step "${step}"`,
          remedy: "expected the request to accept its own legal actions",
          candidates: [choice.action === "END" ? { action: "END", ...end } : choice],
          wrap,
        };
    }
  }

  /** Plans the reply to a request that is not a decision. */
  #planReply(request: LLMRequest, random: Random): OutputCandidates {
    const { schemaName, schema } = request;
    return {
      description: `a reply to "${schemaName}"`,
      ...this.#findCandidates("answers", schemaName, schema, request, random),
      wrap: (reply) => reply,
    };
  }

  /**
   * Returns the author's sample or, if there is none, generated values. `sentence` is the
   * value for unrestricted text.
   */
  #findCandidates(
    option: "samples" | "answers",
    key: string,
    schema: JsonSchema | undefined,
    request: LLMRequest,
    random: Random,
    sentence?: string,
  ): Pick<OutputCandidates, "candidates" | "remedy"> {
    const given = this.#options[option] ?? {};
    const own: unknown = Object.hasOwn(given, key) ? given[key] : undefined;
    if (own !== undefined) {
      const sample = option === "samples" ? this.#takeSample(key, own) : own;
      return {
        candidates: [typeof sample === "function" ? sample(request, random) : sample],
        remedy: `expected the value in "${option}" to match the schema`,
      };
    }
    return {
      candidates: generateCandidates(schema, random, request.schema, sentence),
      remedy: `pass a valid value: MockLLM.auto({ ${option}: { ${JSON.stringify(key)}: … } })`,
    };
  }

  /** Takes the next sample of a list, in rotation. A single sample is returned as it is. */
  #takeSample(key: string, sample: unknown): unknown {
    if (!Array.isArray(sample)) return sample;
    const taken = this.#samplesTaken.get(key) ?? 0;
    this.#samplesTaken.set(key, taken + 1);
    return sample[taken % sample.length];
  }
}
