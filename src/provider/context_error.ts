/**
 * Recognition of requests that are longer than the context window of a model.
 *
 * @module
 */

/** Codes and types: OpenAI, llama.cpp. */
const CODE_REGEXP =
  /^(?:context_length_exceeded|exceed_context_size_error|string_above_max_length)$/;

/**
 * Messages, in order: OpenAI, vLLM and SGLang; Anthropic, Bedrock and vLLM; Gemini; Ollama; llama.cpp;
 * LM Studio and xAI; others.
 */
const MESSAGE_REGEXP = new RegExp(
  [
    "maximum context length|exceeds the context window|maximum model length|model's context length",
    "(?:prompt|input)(?: \\([^()]*\\))? is too long|exceed context limit",
    "exceeds the maximum number of tokens",
    "input length exceeds the context length|exceeded max context length",
    "exceeds? the available context size|context size has been exceeded",
    "context length of only|maximum prompt length",
    "context window (?:is full|exceeded)|too many (?:input )?tokens in",
  ].join("|"),
  "i",
);

/** Statuses with a reason of their own, whatever the message mentions. */
const OTHER_STATUSES: ReadonlySet<number | undefined> = new Set([
  401,
  402,
  403,
  404,
  408,
  409,
  429,
]);

/** Returns true if a server rejected a request because it exceeds the context window. */
export function isContextError(
  { status, code, type, message }: {
    readonly status: number | undefined;
    readonly code: string;
    readonly type: string;
    readonly message: string;
  },
): boolean {
  if (status === 413 || CODE_REGEXP.test(code) || CODE_REGEXP.test(type)) return true;
  return !OTHER_STATUSES.has(status) && MESSAGE_REGEXP.test(message);
}
