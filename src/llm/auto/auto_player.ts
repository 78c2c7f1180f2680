/**
 * Playing an agent by itself, from what each request allows.
 *
 * @module
 */
import { type Random, seededRandom } from "../../random.ts";
import { partsOf } from "./decision_parts.ts";
import { KnownGraph } from "./known_graph.ts";
import type { LLMRequest } from "../llm.ts";
import { candidates, makeOutput, type Making } from "./make_output.ts";
import type { RawOutput } from "../mock_llm.ts";
import { type Choice, Tour } from "./tour.ts";

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

/** What plays requests, one after the other. */
export type AutoPlayer = (request: LLMRequest) => RawOutput | Promise<RawOutput>;

/** A player of agents. */
export function autoPlayer(options: AutoOptions): AutoPlayer {
  const player = new Player(options);
  return (request) => player.play(request);
}

interface AutoSession {
  readonly tour: Tour;
  readonly random: Random;
}

class Player {
  readonly #options: AutoOptions;
  readonly #graph = new KnownGraph();
  readonly #sessions = new Map<string | undefined, AutoSession>();
  readonly #calls = new Map<string, number>();
  readonly #seeds: Random;

  constructor(options: AutoOptions) {
    this.#options = options;
    this.#seeds = seededRandom(options.seed ?? 1);
  }

  play(request: LLMRequest): RawOutput | Promise<RawOutput> {
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
    const { args, response, suggestions, wrap } = partsOf(request.schema);
    switch (choice.action) {
      case "TOOL_CALL": {
        const { tool } = choice;
        const sample = this.#sampleOf(tool);
        return {
          what: `a call of tool "${tool}" in step "${step}"`,
          remedy: remedy("samples", tool, sample),
          parts: sample === undefined
            ? candidates(args.get(tool), request, random)
            : [valueOf(sample, request, random)],
          wrap: (args) => wrap({ action: "TOOL_CALL", calls: [{ tool, args }] }),
        };
      }
      case "RESPOND": {
        const answer = this.#answerOf(step);
        return {
          what: `an answer in step "${step}"`,
          remedy: remedy("answers", step, answer),
          parts: answer === undefined
            ? candidates(response, request, random, `This is step ${step}`)
            : [valueOf(answer, request, random)],
          wrap: (response) => wrap({ action: "RESPOND", response, ...suggestions }),
        };
      }
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
    const answer = this.#answerOf(schemaName);
    return {
      what: `a reply to "${schemaName}"`,
      remedy: remedy("answers", schemaName, answer),
      parts: answer === undefined
        ? candidates(schema, request, random)
        : [valueOf(answer, request, random)],
      wrap: (reply) => reply,
    };
  }

  #sampleOf(tool: string): unknown {
    const { samples = {} } = this.#options;
    const sample: unknown = Object.hasOwn(samples, tool) ? samples[tool] : undefined;
    if (!Array.isArray(sample)) return sample;
    const calls = this.#calls.get(tool) ?? 0;
    this.#calls.set(tool, calls + 1);
    return sample[calls % sample.length];
  }

  #answerOf(key: string): unknown {
    const { answers = {} } = this.#options;
    return Object.hasOwn(answers, key) ? answers[key] : undefined;
  }
}

function valueOf(sample: unknown, request: LLMRequest, random: Random): unknown {
  return typeof sample === "function" ? sample(request, random) : sample;
}

function remedy(option: "samples" | "answers", key: string, sample: unknown): string {
  if (sample !== undefined) return `expected ${option} that the schema accepts`;
  return `give ${option}: MockLLM.auto({ ${option}: { ${JSON.stringify(key)}: … } })`;
}
