/**
 * A mock that takes the time and reports the tokens of a model.
 *
 * @module
 */
import { type Clock, wait } from "../../clock.ts";
import type { Embeddings, LLM, LLMChunk, LLMRequest, LLMResult } from "../../llm/llm.ts";
import { checkOptions, DELAY } from "../../llm/option_rules.ts";
import { addReport, estimateUsage } from "../../llm/usage.ts";
import { RequestMeter } from "../attribute/request_meter.ts";
import { cacheRuleOf, countCached } from "./cache_rule.ts";

/** Delays of a mock, in milliseconds. */
export interface Latency {
  /** Delay before the first token, in milliseconds. @default {0} */
  readonly firstToken?: number;
  /** Delay per 1,000 tokens that are read and not cached, in milliseconds. @default {0} */
  readonly perThousandRead?: number;
  /** Delay per token that is written, in milliseconds. @default {0} */
  readonly perTokenWritten?: number;
}

/** Characters of a streamed chunk. */
const CHUNK_LENGTH = 32;

/**
 * Checks delays, which may come from untyped code.
 *
 * @throws {ConfigError} if one is not a number from 0.
 */
export function checkLatency(latency: Latency): void {
  const rules = { firstToken: DELAY, perThousandRead: DELAY, perTokenWritten: DELAY };
  checkOptions("profile with a latency", latency, rules);
}

/**
 * Creates a model with the name, the schema profile and the prompt cache of `like`. It streams what
 * `source` decides, and estimates tokens from characters.
 */
export function simulateModel(like: LLM, source: LLM, clock: Clock, latency: Latency): LLM {
  const { firstToken = 0, perThousandRead = 0, perTokenWritten = 0 } = latency;
  const rule = cacheRuleOf(like.name);
  const meters = new Map<string | undefined, RequestMeter>();
  const delay = async (milliseconds: number, { signal }: LLMRequest) => {
    if (milliseconds > 0) await wait(clock, milliseconds, signal);
  };

  /** Returns the tokens of the prompt, and those of them that a cache serves. */
  const measure = (request: LLMRequest) => {
    const { sessionId } = request;
    let meter = meters.get(sessionId);
    if (meter === undefined) meters.set(sessionId, meter = new RequestMeter(0));
    const { schemaChars, stableChars, isSchemaStable, prompt } = meter.measure(request);
    const stable = isSchemaStable ? Math.floor((schemaChars + stableChars) / 4) : 0;
    return { chars: prompt.chars, cachedInput: countCached(rule, stable) };
  };

  /** Returns an answer, and its text, when its first token arrives. */
  const begin = async (request: LLMRequest) => {
    const { chars, cachedInput } = measure(request);
    const result = await source.decide(request);
    const { output } = result;
    const text = typeof output === "string" ? output : JSON.stringify(output) ?? "";
    const usage = { ...estimateUsage(chars, text.length), cachedInput };
    const read = (usage.input ?? 0) - cachedInput;
    await delay(firstToken + perThousandRead * read / 1_000, request);
    return { text, result: { ...result, usage } };
  };

  async function* stream(request: LLMRequest): AsyncGenerator<LLMChunk, void, void> {
    const { text, result } = await begin(request);
    for (let at = 0; at < text.length; at += CHUNK_LENGTH) {
      const chunk = text.slice(at, at + CHUNK_LENGTH);
      yield { type: "text", text: chunk };
      await delay(perTokenWritten * chunk.length / 4, request);
    }
    yield { type: "result", result };
  }

  /** A summary is asked for without a stream. */
  const decide = async (request: LLMRequest): Promise<LLMResult> => {
    const { text, result } = await begin(request);
    await delay(perTokenWritten * text.length / 4, request);
    return result;
  };
  const embed = async (texts: readonly string[]): Promise<Embeddings> => {
    const chars = texts.reduce((sum, text) => sum + text.length, 0);
    return addReport(await source.embed!(texts), {
      usage: estimateUsage(chars, 0),
      model: undefined,
    });
  };
  return standIn(like, { name: like.name, decide, stream, embed });
}

/**
 * Returns `player` with the name of `like`, so that its calls have a price, and with its schema
 * profile.
 */
export function standIn(like: LLM, player: LLM): LLM {
  const { embed } = player;
  const model: LLM = {
    name: like.name,
    ...(like.schemaProfile && { schemaProfile: like.schemaProfile }),
    decide: (request) => player.decide(request),
    ...(player.stream && { stream: (request) => player.stream!(request) }),
    ...(embed && { embed: (texts) => embed.call(player, texts) }),
  };
  return model;
}
