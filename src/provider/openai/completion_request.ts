/**
 * The body of a request for an answer.
 *
 * Source: https://platform.openai.com/docs/api-reference/chat/create
 *
 * @module
 */
import type { LLMRequest, Message } from "../../llm/llm.ts";
import { mapMessages, promptCacheKey } from "../messages.ts";
import type { OutputMode } from "./openai_options.ts";
import type { Settings } from "./settings.ts";

/** Puts a request together. The schema is in it, whatever the settings. */
export async function completionRequest(
  { model, rules, output, isStrict, fields }: Settings,
  request: LLMRequest,
  isStreaming: boolean,
): Promise<Readonly<Record<string, unknown>>> {
  const messages = output === "json_object"
    ? [...request.messages, schemaMessage(request)]
    : request.messages;
  return {
    model,
    messages: mapMessages(messages, rules, request.stable)
      .map(({ role, parts }) => ({ role, content: parts.join("\n\n") })),
    ...schemaFields(output, request, isStrict),
    ...rules.promptCacheKey && { prompt_cache_key: await promptCacheKey(request) },
    ...isStreaming && { stream: true },
    ...isStreaming && rules.includeUsage && { stream_options: { include_usage: true } },
    ...fields,
  };
}

/** The fields by which the server knows what to hold the model to. */
function schemaFields(
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
      };
    }
    default:
      return output satisfies never;
  }
}

/** Stands last, and is joined to the message before it where the server wants that. */
function schemaMessage({ schema }: LLMRequest): Message {
  const content =
    "Answer with one JSON object and nothing else. It must satisfy this JSON Schema:\n" +
    JSON.stringify(schema);
  return { role: "system", content };
}
