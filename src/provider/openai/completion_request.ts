/**
 * Request bodies of the Chat Completions protocol.
 *
 * Source: https://platform.openai.com/docs/api-reference/chat/create
 *
 * @module
 */
import type { LLMRequest, Message } from "../../llm/llm.ts";
import { createCacheKey, mapMessages } from "../messages.ts";
import type { OutputMode } from "./openai_options.ts";
import type { Settings } from "./settings.ts";

/** Creates the body of a request. It contains the schema in every output mode. */
export async function createCompletionRequest(
  { model, rules, output, isStrict, fields }: Settings,
  request: LLMRequest,
  isStreaming: boolean,
): Promise<Readonly<Record<string, unknown>>> {
  const messages = output === "json_object"
    ? [...request.messages, createSchemaMessage(request)]
    : request.messages;
  return {
    model,
    messages: mapMessages(messages, rules, request.stable)
      .map(({ role, parts }) => ({ role, content: parts.join("\n\n") })),
    ...createSchemaFields(output, request, isStrict),
    ...rules.promptCacheKey && { prompt_cache_key: await createCacheKey(request) },
    ...isStreaming && { stream: true },
    ...isStreaming && rules.includeUsage && { stream_options: { include_usage: true } },
    ...fields,
  };
}

/** Creates the fields that make the server constrain the output to the schema. */
function createSchemaFields(
  output: OutputMode,
  { schema, schemaName: name }: LLMRequest,
  isStrict: boolean,
): Readonly<Record<string, unknown>> {
  const strict = isStrict && { strict: true };
  switch (output) {
    case "json_schema":
      return { response_format: { type: output, json_schema: { name, ...strict, schema } } };
    case "json_object":
      return { response_format: { type: output } };
    case "tool": {
      const description = "Takes the answer. Every answer is given by calling it.";
      return {
        tools: [{
          type: "function",
          function: { name, description, ...strict, parameters: schema },
        }],
        tool_choice: { type: "function", function: { name } },
        parallel_tool_calls: false,
      };
    }
    default:
      return output satisfies never;
  }
}

/** Creates the system message that states the schema, for servers that only guarantee JSON. */
function createSchemaMessage({ schema }: LLMRequest): Message {
  const content =
    "Answer with one JSON object and nothing else. It must satisfy this JSON Schema:\n" +
    JSON.stringify(schema);
  return { role: "system", content };
}
