/**
 * Models of agent files.
 *
 * @module
 */
import { ConfigError, quote, reasonOf } from "../../errors.ts";
import type { LLM } from "../../llm/llm.ts";
import { findNearest, oneOf } from "../../schema/option_shape.ts";
import { plainJsonSchema } from "../../schema/profiles/vendors.ts";
import type { ModelConfig } from "../format/agent_config.ts";
import type { ProblemText, SourcePath } from "../text/source.ts";
import { findVariable, type ReadVariable } from "../text/variables.ts";
import { PROVIDERS } from "./providers.ts";

/** Facts about the file and its environment that the creation of models needs. */
export interface ModelFacts {
  /** Returns the value of an environment variable. */
  readonly readVariable: ReadVariable;
  /** True if the file has types that strict schemas cannot express. */
  readonly isOpen: boolean;
}

/** Parts that the creation of a model needs. */
export interface ModelContext extends ModelFacts {
  /** Reports a problem at a path below the model. */
  readonly report: (path: SourcePath, problem: ProblemText) => void;
  /** Reports a setting that is ignored. */
  readonly warn: (path: SourcePath, problem: ProblemText) => void;
}

const SETTINGS = [
  "api_key",
  "base_url",
  "temperature",
  "max_tokens",
  "seed",
  "reasoning_effort",
  "timeout",
  "max_retries",
] as const;

/** Settings of a model, with numbers read from text. */
interface Settings {
  readonly api_key?: string;
  readonly base_url?: string;
  readonly temperature?: number;
  readonly max_tokens?: number;
  readonly seed?: number;
  readonly reasoning_effort?: string;
  /** Time limit of a call, in seconds. */
  readonly timeout?: number;
  readonly max_retries?: number;
}

/**
 * Creates a model, and reports its problems. Loads only the code of its provider.
 *
 * @returns The model; undefined if it cannot be created.
 */
export async function createModel(
  config: ModelConfig,
  context: ModelContext,
): Promise<LLM | undefined> {
  // Such a model is created nevertheless, because a script that plays it needs its schema profile.
  for (const key of ["model", "embedding_model"] as const) {
    const variable = findVariable(config[key]);
    if (variable !== undefined) context.report([key], describeUnset(variable));
  }
  const settings = readSettings(config, context);
  if (settings === undefined) return undefined;
  const create = config.provider === "anthropic" ? createAnthropicModel : createChatModel;
  try {
    return await wrap(await create(config, settings, context), settings);
  } catch (error) {
    // Packages of vendors throw errors of their own, for example without a permission.
    context.report([], { message: `the model cannot be created: ${reasonOf(error)}` });
    return undefined;
  }
}

function readSettings(
  { kwargs }: ModelConfig,
  { report, warn }: ModelContext,
): Settings | undefined {
  const settings: Record<string, string | number> = {};
  let isValid = true;
  const refuse = (key: string, problem: ProblemText) => {
    report(["kwargs", key], problem);
    isValid = false;
  };
  for (const [key, value] of Object.entries(kwargs)) {
    const variable = findVariable(value);
    const isText = key === "api_key" || key === "base_url" || key === "reasoning_effort";
    const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
    if (!SETTINGS.includes(key as keyof Settings)) {
      const nearest = findNearest(key, SETTINGS);
      warn(["kwargs", key], {
        message: `unknown setting ${quote(key)}`,
        expected: oneOf(SETTINGS),
        ...nearest !== undefined && { nearest },
      });
    } else if (variable !== undefined) {
      refuse(key, describeUnset(variable));
    } else if (isText) settings[key] = String(value);
    else if (typeof number === "number" && Number.isFinite(number)) settings[key] = number;
    else refuse(key, { message: `it is ${quote(value)}`, expected: "a number" });
  }
  return isValid ? settings : undefined;
}

function describeUnset(variable: string): ProblemText {
  return { message: `the environment variable ${variable} is not set`, expected: "a value" };
}

async function createChatModel(
  { provider, model, embedding_model }: ModelConfig,
  settings: Settings,
  { readVariable, isOpen }: ModelContext,
): Promise<LLM> {
  const { openai } = await import("../../provider/openai/mod.ts");
  const { keys, embedding, baseURL, urlVariable, urlPath } = PROVIDERS[provider];
  const { api_key, base_url, temperature, max_tokens, seed, reasoning_effort } = settings;
  let url = base_url ?? baseURL;
  if (url === undefined) {
    const endpoint = readVariable(urlVariable!);
    if (endpoint === undefined) {
      throw new ConfigError(
        `the URL of ${provider} is unknown: expected the environment variable ${urlVariable}, ` +
          "or kwargs.base_url",
      );
    }
    url = endpoint.replace(/\/+$/, "") + urlPath;
  }
  // A key from the environment is sent only to the vendor itself, which has the embedding model too.
  const isVendor = base_url === undefined;
  const embeddingModel = embedding_model ?? (isVendor ? embedding : undefined);
  const apiKey = api_key ??
    (isVendor && keys.length > 0 ? () => readKey(provider, keys, readVariable) : undefined);
  return openai({
    model,
    baseURL: url,
    ...isVendor && { name: `${provider}/${model}` },
    ...apiKey !== undefined && { apiKey },
    ...temperature !== undefined && { temperature },
    ...max_tokens !== undefined && { maxTokens: max_tokens },
    ...seed !== undefined && { seed },
    ...reasoning_effort !== undefined && { reasoningEffort: reasoning_effort },
    ...embeddingModel !== undefined && { embeddingModel },
    // The server only tries to follow such a schema; every output is validated anyway.
    ...isOpen && { strict: false, schemaProfile: plainJsonSchema },
  });
}

async function createAnthropicModel(
  { model }: ModelConfig,
  settings: Settings,
  { readVariable }: ModelContext,
): Promise<LLM> {
  const [{ createAnthropic }, { aiSdk }] = await Promise.all([
    import("@ai-sdk/anthropic"),
    import("../../provider/ai_sdk/mod.ts"),
  ]);
  const { api_key, base_url, temperature, max_tokens, seed, reasoning_effort } = settings;
  // Without a key, calls fail and name the variable.
  const apiKey = api_key ?? readVariable(PROVIDERS.anthropic.keys[0]!);
  const vendor = createAnthropic({
    ...apiKey !== undefined && { apiKey },
    ...base_url !== undefined && { baseURL: base_url },
  });
  return aiSdk(vendor(model), {
    ...temperature !== undefined && { temperature },
    ...max_tokens !== undefined && { maxOutputTokens: max_tokens },
    ...seed !== undefined && { seed },
    ...reasoning_effort !== undefined && { reasoning: reasoning_effort },
  });
}

/**
 * Returns the key of a vendor from the environment.
 *
 * @throws {ConfigError} if no variable is set.
 */
function readKey(provider: string, keys: readonly string[], readVariable: ReadVariable): string {
  for (const name of keys) {
    const key = readVariable(name);
    if (key !== undefined) return key;
  }
  throw new ConfigError(
    `the key of ${provider} is unknown: expected the environment variable ${keys.join(" or ")}, ` +
      "or kwargs.api_key",
  );
}

/** Adds retries, and a time limit if the file has one. */
async function wrap(llm: LLM, { timeout: seconds, max_retries = 2 }: Settings): Promise<LLM> {
  const { retry, timeout } = await import("../../llm/mod.ts");
  const limited = seconds === undefined ? llm : timeout(llm, { call: seconds * 1000 });
  return max_retries === 0 ? limited : retry(limited, { attempts: max_retries + 1 });
}
