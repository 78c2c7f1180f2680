import { assertEquals } from "@std/assert";
import { readModelName } from "../../src/llm/model_name.ts";

const NAMES: readonly [name: string, vendor: string | undefined, model: string][] = [
  ["openai/gpt-5-mini", "openai", "gpt-5-mini"],
  ["OpenAI/GPT-4o", "openai", "GPT-4o"],
  ["openrouter/openai/gpt-4o", "openrouter", "openai/gpt-4o"],
  ["anthropic.messages/claude-sonnet-4-5", "anthropic", "claude-sonnet-4-5"],
  ["google.generative-ai/gemini-2.5-flash", "google", "gemini-2.5-flash"],
  ["google.vertex.chat/gemini-2.5-pro", "google.vertex", "gemini-2.5-pro"],
  ["azure.responses/gpt-5", "azure", "gpt-5"],
  ["house.chatty/one", "house.chatty", "one"],
  ["gpt-5-mini-2025-08-07", undefined, "gpt-5-mini-2025-08-07"],
  ["mock", undefined, "mock"],
  ["/gpt-4o", undefined, "/gpt-4o"],
  ["openai/", undefined, "openai/"],
  ["", undefined, ""],
];

Deno.test("readModelName, splits at the first slash and drops the API suffix", () => {
  for (const [name, vendor, model] of NAMES) assertEquals(readModelName(name), { vendor, model });
});
