/**
 * Part of a conversation that Anthropic's prompt cache serves, for Claude behind OpenRouter.
 *
 * A prompt is cached up to each marker. From a marker, the vendor looks backwards for an earlier
 * request's marker at the same place of the same prompt, at most 20 parts away. The minimum length
 * of a cached prompt, and its lifetime, are left out
 * (https://docs.claude.com/en/docs/build-with-claude/prompt-caching).
 *
 * @module
 */
import { openai } from "@nomos/agent/openai";
import type { PlayedRequest } from "./conversation.ts";
import { ROLES, type ServedRequest } from "./vendor_cache.ts";

/** Part of a prompt: the text of its role and content, and its marker. */
export interface PromptPart {
  readonly text: string;
  readonly isMarked: boolean;
}

/** Number of parts before a marker at which the vendor looks for a cached prompt. */
const LOOKBACK = 20;

/** Serves prompts in order from a cache of the earlier ones. */
export function serveMarked(prompts: readonly (readonly PromptPart[])[]): ServedRequest[] {
  const cached = new Set<string>();
  return prompts.map((parts) => {
    const prefixes: string[] = [];
    for (const { text } of parts) prefixes.push((prefixes.at(-1) ?? "") + text);
    const marks = [...parts.keys()].filter((index) => parts[index]!.isMarked);
    const found = marks.flatMap((mark) =>
      prefixes.slice(Math.max(0, mark - LOOKBACK), mark + 1).filter((prefix) => cached.has(prefix))
    );
    for (const mark of marks) cached.add(prefixes[mark]!);
    return {
      chars: prefixes.at(-1)?.length ?? 0,
      stableChars: Math.max(0, ...found.map(({ length }) => length)),
    };
  });
}

/**
 * Lists the parts of each prompt, as `openai()` sends them. The schema is the first part, because
 * another one invalidates the cache.
 */
export function listPrompts(requests: readonly PlayedRequest[]): Promise<PromptPart[][]> {
  return Promise.all(requests.map(async (request) => {
    const { messages } = JSON.parse(await readBody(request)) as Body;
    const parts = messages.flatMap(({ role, content }) => {
      const list = typeof content === "string" ? [{ text: content }] : content;
      return list.map(({ text, cache_control }) => ({
        text: ROLES[role] + text,
        isMarked: cache_control !== undefined,
      }));
    });
    return [{ text: request.schema, isMarked: false }, ...parts];
  }));
}

interface Body {
  readonly messages: readonly {
    readonly role: "system" | "user" | "assistant";
    readonly content:
      | string
      | readonly { readonly text: string; readonly cache_control?: unknown }[];
  }[];
}

/** Returns the body that `openai()` sends. */
async function readBody({ messages, stable, schema }: PlayedRequest): Promise<string> {
  let sent = "";
  const llm = openai({
    model: "anthropic/claude",
    baseURL: "https://openrouter.ai/api/v1",
    apiKey: "none",
    fetch: (_url, { body }) => {
      sent = body as string;
      const choices = [{ message: { content: "{}" }, finish_reason: "stop" }];
      return Promise.resolve(Response.json({ choices }));
    },
  });
  await llm.decide({
    messages,
    stable,
    schema: JSON.parse(schema),
    schemaName: "decision",
    validate: (value) => ({ success: true, value }),
  });
  return sent;
}
