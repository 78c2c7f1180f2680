/**
 * Failures that servers report within a response of status 200.
 *
 * @module
 */

/** A failure: the body of a whole response, or the data of an event. */
export interface ServerFailure {
  /** Form of the failure. */
  readonly kind: string;
  readonly body: unknown;
  readonly isRetryable: boolean;
  /** Status in the body, or the one that its code or type stands for. */
  readonly status?: number;
  /** Part of the error message. */
  readonly reason: string;
  /** True if AI SDK packages do not pass the failure on. */
  readonly isLost?: true;
}

/** Failures with a status. */
const WITH_STATUS: readonly Omit<ServerFailure & { status: number }, "isRetryable">[] = [
  {
    kind: "a numeric code",
    body: { error: { message: "Slow", code: 429 } },
    status: 429,
    reason: "Slow",
  },
  {
    kind: "a code as text",
    body: { error: { message: "Slow", code: "503" } },
    status: 503,
    reason: "Slow",
  },
  { kind: "a code alone", body: { error: { code: 429 } }, status: 429, reason: "429" },
  {
    kind: "a named code",
    body: { error: { code: "rate_limit_exceeded" } },
    status: 429,
    reason: "rate_limit_exceeded",
  },
  {
    kind: "a type of Anthropic",
    body: { type: "error", error: { type: "overloaded_error", message: "Overloaded" } },
    status: 503,
    reason: "Overloaded",
  },
  {
    kind: "a list of Gemini",
    body: [{ error: { code: 429, message: "Quota", status: "RESOURCE_EXHAUSTED" } }],
    status: 429,
    reason: "Quota",
  },
  {
    kind: "a named status",
    body: { error: { message: "Down", status: "UNAVAILABLE" } },
    status: 503,
    reason: "Down",
    isLost: true,
  },
  {
    kind: "an object of vLLM",
    body: { object: "error", message: "Dead", type: "InternalServerError", code: 500 },
    status: 500,
    reason: "Dead",
  },
  {
    kind: "a status beside the error",
    body: { status: 503, error: { message: "Wait" } },
    status: 503,
    reason: "Wait",
    isLost: true,
  },
  {
    kind: "a text with a message",
    body: { status: 502, error: "Bad Gateway", message: "no upstream" },
    status: 502,
    reason: "Bad Gateway: no upstream",
  },
  {
    kind: "a list of errors",
    body: { success: false, errors: [{ code: 502, message: "x" }] },
    status: 502,
    reason: "x",
  },
  {
    kind: "an error beside a choice",
    body: {
      choices: [{ delta: { content: "" }, message: { content: "" }, finish_reason: "error" }],
      error: { code: 502, message: "Lost" },
    },
    status: 502,
    reason: "Lost",
    isLost: true,
  },
  {
    kind: "an error in a choice",
    body: { choices: [{ delta: {}, message: {}, error: { code: 503, message: "Lost" } }] },
    status: 503,
    reason: "Lost",
    isLost: true,
  },
  { kind: "a bare code", body: { code: 429 }, status: 429, reason: "429" },
  {
    kind: "a status with msg",
    body: { status_code: "503 Service Unavailable", msg: "Full" },
    status: 503,
    reason: "Full",
  },
  {
    kind: "a final code",
    body: { error: { message: "No such model", code: 404 } },
    status: 404,
    reason: "No such model",
  },
  {
    kind: "a final type",
    body: { error: { message: "No", type: "invalid_request_error" } },
    status: 400,
    reason: "No",
  },
];

/** Failures in JSON. Servers send each of them whole and within a stream. */
export const SERVER_FAILURES: readonly ServerFailure[] = [
  ...WITH_STATUS.map((failure) => ({
    ...failure,
    isRetryable: failure.status === 429 || failure.status >= 500,
  })),
  { kind: "a text", body: { error: "Too many requests" }, isRetryable: true, reason: "Too many" },
  { kind: "a final text", body: { error: "gone" }, isRetryable: false, reason: "gone" },
  { kind: "a flag", body: { error: true, message: "busy" }, isRetryable: true, reason: "busy" },
  { kind: "a detail", body: { detail: "Overloaded" }, isRetryable: true, reason: "Overloaded" },
  { kind: "a final detail", body: { detail: "Nope" }, isRetryable: false, reason: "Nope" },
  {
    kind: "a message with a type",
    body: { type: "error", message: "Internal error" },
    isRetryable: true,
    reason: "Internal error",
  },
];
