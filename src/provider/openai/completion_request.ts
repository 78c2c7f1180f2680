/**
 * Request bodies of the Chat Completions protocol.
 *
 * A body is joined from JSON texts that are made once: one for each message and schema.
 *
 * Source: https://platform.openai.com/docs/api-reference/chat/create
 *
 * @module
 */
import type { JsonSchema } from "../../json/json.ts";
import { toWellFormedJson } from "../../json/text.ts";
import type { LLMRequest, Message } from "../../llm/llm.ts";
import { describeUntaken } from "../media.ts";
import {
  type ChatMessage,
  ChatText,
  createCacheKey,
  mapMessages,
  selectMarked,
} from "../messages.ts";
import { findMediaProblem, writeMedia } from "./media.ts";
import type { OutputMode } from "./openai_options.ts";
import type { Settings } from "./settings.ts";

/** Members of a JSON object: names and JSON texts. */
type Members = Readonly<Record<string, string>>;

/**
 * Creates the body of a request. It contains the schema in every output mode.
 *
 * @throws {LLMError} if the protocol has no form for a part of the input.
 */
export async function createCompletionRequest(
  settings: Settings,
  request: LLMRequest,
  isStreaming: boolean,
): Promise<string> {
  const { model, rules, output, isStrict, fields, hasCacheKey, hasCacheMarkers } = settings;
  const { schema, stable } = request;
  const written = writtenSchemas.get(schema) ?? writeSchema(schema);
  const messages = output === "json_object"
    ? [...request.messages, written.message]
    : request.messages;
  const mapped = await describeUntaken(
    mapMessages(messages, rules, stable),
    messages,
    settings.name,
    findMediaProblem,
  );
  const marked = hasCacheMarkers ? selectMarked(mapped, stable) : undefined;
  let texts = "";
  for (const message of mapped) {
    const text = marked === undefined && !message.hasMedia
      ? message.json
      : writeParts(message, marked?.has(message) ?? false);
    texts += texts === "" ? text : `,${text}`;
  }
  return writeObject({
    model: toWellFormedJson(model),
    messages: `[${texts}]`,
    ...writeSchemaFields(output, toWellFormedJson(request.schemaName), written.json, isStrict),
    ...hasCacheKey && { prompt_cache_key: toWellFormedJson(await createCacheKey(request)) },
    ...isStreaming && { stream: "true" },
    ...isStreaming && rules.includeUsage && { stream_options: '{"include_usage":true}' },
    ...fields,
  });
}

/**
 * Writes an object. Texts are concatenated, not joined, because the engine then copies them once,
 * when the body is sent.
 */
function writeObject(members: Members): string {
  let text = "";
  for (const [name, value] of Object.entries(members)) {
    text += `${text === "" ? "{" : ","}${toWellFormedJson(name)}:${value}`;
  }
  return `${text}}`;
}

/**
 * Writes a message with its parts apart if there are several, because the vendor caches whole
 * parts, and with a marker after the last repeated text.
 */
function writeParts(message: ChatMessage, isMarked: boolean): string {
  const { role, parts, stableParts } = message;
  if (parts.length === 1 && !isMarked && !message.hasMedia) return message.json;
  const marked = isMarked
    ? parts.slice(0, stableParts).findLastIndex((part) => part instanceof ChatText)
    : -1;
  const written = parts.map((part, index) =>
    part instanceof ChatText
      ? `{"type":"text","text":${part.json}${index === marked ? MARKER : ""}}`
      : part.writeOnce(() => writeMedia(part.part))
  );
  return `{"role":"${role}","content":[${written.join(",")}]}`;
}

/** Cache marker of OpenRouter. Source: https://openrouter.ai/docs/features/prompt-caching. */
const MARKER = ',"cache_control":{"type":"ephemeral"}';

/** Writes the fields that make the server constrain the output to the schema. */
function writeSchemaFields(
  output: OutputMode,
  name: string,
  schema: string,
  isStrict: boolean,
): Members {
  const strict: Members = isStrict ? { strict: "true" } : {};
  const type = toWellFormedJson(output);
  switch (output) {
    case "json_schema":
      return {
        response_format: writeObject({
          type,
          json_schema: writeObject({ name, ...strict, schema }),
        }),
      };
    case "json_object":
      return { response_format: writeObject({ type }) };
    case "tool": {
      const description = toWellFormedJson(
        "Takes the answer. Every answer is given by calling it.",
      );
      const called = writeObject({ name, description, ...strict, parameters: schema });
      return {
        tools: `[{"type":"function","function":${called}}]`,
        tool_choice: `{"type":"function","function":{"name":${name}}}`,
        parallel_tool_calls: "false",
      };
    }
    default:
      return output satisfies never;
  }
}

/** A schema as JSON, and the message that states it. */
interface WrittenSchema {
  readonly json: string;
  readonly message: Message;
}

const writtenSchemas = new WeakMap<JsonSchema, WrittenSchema>();

function writeSchema(schema: JsonSchema): WrittenSchema {
  const json = toWellFormedJson(schema);
  const written = { json, message: createSchemaMessage(json) };
  // A schema that is not frozen may change.
  if (Object.isFrozen(schema)) writtenSchemas.set(schema, written);
  return written;
}

/** Creates the system message that states the schema, for servers that only guarantee JSON. */
function createSchemaMessage(schema: string): Message {
  const content =
    "Answer with one JSON object and nothing else. It must satisfy this JSON Schema:\n" + schema;
  return { role: "system", content };
}
