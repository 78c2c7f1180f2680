/**
 * Playing an agent by itself, from what each request allows.
 *
 * @module
 */
import { type Random, seededRandom } from "../../random.ts";
import type { JsonSchema } from "../../json/json.ts";
import { partsOf } from "./decision_parts.ts";
import { type Choice, KnownGraph, Tour } from "./tour.ts";
import type { LLMRequest } from "../llm.ts";
import { candidates, makeOutput, type Making } from "./make_output.ts";
import { wireOutput } from "../wire_output.ts";

/** A value to be played, or a function that gives one; its random numbers, from 0 to 1, follow the seed. */
export type AutoSample<Value> = Value | ((request: LLMRequest, random: () => number) => Value);

/** Options of a {@linkcode MockLLM} that plays by itself. */
export interface AutoOptions {
  /** Its name. Default: `"mock"`. */
  readonly name?: string;
  /** Streams its answers in pieces of so many characters. Default: it does not stream. */
  readonly chunkLength?: number;
  /** A whole number. Others give other values, and another order where there is a choice. Default: 1. */
  readonly seed?: number;
  /**
   * Arguments by the name of a tool, in the author's form; those of a list are
   * used in turn. Default: made from the tool's schema.
   */
  readonly samples?: Readonly<
    Record<
      string,
      AutoSample<Readonly<Record<string, unknown>>> | readonly Readonly<Record<string, unknown>>[]
    >
  >;
  /**
   * Answers by the id of a step, in the author's form; to what is no decision by
   * the request's `schemaName`. Default: a sentence, or made from the schema.
   */
  readonly answers?: Readonly<
    Record<string, AutoSample<string | number | boolean | null | object>>
  >;
}

/** The way of one session, and its random numbers. */
interface AutoSession {
  readonly tour: Tour;
  readonly random: Random;
}

/** Plays requests, one after the other. */
export class AutoPlayer {
  readonly #options: AutoOptions;
  readonly #graph = new KnownGraph();
  readonly #sessions = new Map<string | undefined, AutoSession>();
  readonly #calls = new Map<string, number>();
  readonly #seeds: Random;

  /** Makes a player of agents. */
  constructor(options: AutoOptions) {
    this.#options = options;
    this.#seeds = seededRandom(options.seed ?? 1);
  }

  /**
   * Returns an output that the request accepts.
   *
   * @throws {MockLLMError} if there is none.
   */
  play(request: LLMRequest): Promise<unknown> {
    const { sessionId, legal, step = "" } = request;
    const { tour, random } = this.#session(sessionId);
    if (legal === undefined) return makeOutput(request, this.#reply(request, random));
    const choice = tour.next(step, legal);
    if (choice.action === "END") this.#sessions.delete(sessionId);
    return makeOutput(request, this.#decision(request, choice, step, random));
  }

  /** Each session has random numbers of its own, so that others do not change what it plays. */
  #session(id: string | undefined): AutoSession {
    let session = this.#sessions.get(id);
    if (session === undefined) {
      const random = seededRandom(this.#seeds() * 2 ** 32);
      session = { tour: new Tour(this.#graph, random), random };
      this.#sessions.set(id, session);
    }
    return session;
  }

  #decision(request: LLMRequest, choice: Choice, step: string, random: Random): Making {
    const { args, response, suggestions } = partsOf(request.schema);
    const wrap = (decision: unknown) => wireOutput(request, decision, ["This is legal here"]);
    switch (choice.action) {
      case "TOOL_CALL": {
        const { tool } = choice;
        return {
          what: `a call of tool "${tool}" in step "${step}"`,
          ...this.#parts("samples", tool, args.get(tool), request, random),
          wrap: (args) => wrap({ action: "TOOL_CALL", calls: [{ tool, args }] }),
        };
      }
      case "RESPOND":
        return {
          what: `an answer in step "${step}"`,
          ...this.#parts("answers", step, response, request, random, `This is step ${step}`),
          wrap: (response) => wrap({ action: "RESPOND", response, ...suggestions }),
        };
      case "MOVE":
      case "END":
        return {
          what: `${choice.action} in step "${step}"`,
          remedy: "expected a request that allows it",
          parts: [choice.action === "END" ? { action: "END", response: null } : choice],
          wrap,
        };
    }
  }

  /** What is asked for and is no decision. */
  #reply(request: LLMRequest, random: Random): Making {
    const { schemaName, schema } = request;
    return {
      what: `a reply to "${schemaName}"`,
      ...this.#parts("answers", schemaName, schema, request, random),
      wrap: (reply) => reply,
    };
  }

  /** The author's sample, or values of the schema; `sentence` is text of which nothing is said. */
  #parts(
    option: "samples" | "answers",
    key: string,
    schema: JsonSchema | undefined,
    request: LLMRequest,
    random: Random,
    sentence?: string,
  ): Pick<Making, "parts" | "remedy"> {
    const given = this.#options[option] ?? {};
    const own: unknown = Object.hasOwn(given, key) ? given[key] : undefined;
    if (own !== undefined) {
      const sample = option === "samples" ? this.#inTurn(key, own) : own;
      return {
        parts: [typeof sample === "function" ? sample(request, random) : sample],
        remedy: `expected ${option} that the schema accepts`,
      };
    }
    return {
      parts: candidates(schema, random, request.schema, sentence),
      remedy: `give ${option}: MockLLM.auto({ ${option}: { ${JSON.stringify(key)}: … } })`,
    };
  }

  /** The next sample of a list. */
  #inTurn(key: string, sample: unknown): unknown {
    if (!Array.isArray(sample)) return sample;
    const calls = this.#calls.get(key) ?? 0;
    this.#calls.set(key, calls + 1);
    return sample[calls % sample.length];
  }
}
