import { decide, LLMError } from "@nomos/agent";
import { LLMRefusalError } from "@nomos/agent/llm";
import { otel } from "@nomos/agent/otel";
import { SpanKind, SpanStatusCode } from "@opentelemetry/api";
import { assertEquals } from "@std/assert";
import { MemoryTracing } from "./memory_tracing.ts";
import { answer, illegalAnswer, modelCall, toolCall, toolEnd, TURN } from "./observed.ts";

const WAITING = { status: "waiting", step: "greet" } as const;
const INTERRUPTED = { status: "interrupted", step: "greet" } as const;

Deno.test("otel, creates a span for a turn, named after the agent", () => {
  using tracing = new MemoryTracing();
  otel().beginTurn(TURN).onEnd?.({ status: "waiting", step: "order" });
  const span = tracing.span("invoke_agent barista");
  assertEquals([span.kind, span.parent, span.ends], [SpanKind.INTERNAL, undefined, 1]);
  assertEquals(span.atStart, {
    "gen_ai.operation.name": "invoke_agent",
    "gen_ai.agent.name": "barista",
    "gen_ai.conversation.id": "session-1",
    "nomos.step": "greet",
  });
  assertEquals(span.attributes, {
    ...span.atStart,
    "nomos.status": "waiting",
    "nomos.end_step": "order",
  });
  assertEquals(span.status, { code: SpanStatusCode.UNSET });
});

Deno.test("otel, creates a span for a model call, named after the model", () => {
  using tracing = new MemoryTracing();
  const turn = otel().beginTurn(TURN);
  turn.onModelCall?.(modelCall("anthropic.messages/claude-sonnet-4-5"));
  answer(turn, decide.move("order"), {
    input: 120,
    output: 30,
    cachedInput: 100,
    cacheWriteInput: 20,
    reasoning: 10,
  });
  const span = tracing.span("chat claude-sonnet-4-5");
  assertEquals([span.kind, span.parent?.name, span.ends], [
    SpanKind.CLIENT,
    "invoke_agent barista",
    1,
  ]);
  assertEquals(span.atStart, {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "anthropic",
    "gen_ai.request.model": "claude-sonnet-4-5",
    "gen_ai.conversation.id": "session-1",
    "gen_ai.output.type": "json",
    "nomos.step": "greet",
  });
  assertEquals(span.attributes, {
    ...span.atStart,
    "gen_ai.usage.input_tokens": 120,
    "gen_ai.usage.output_tokens": 30,
    "gen_ai.usage.cache_read.input_tokens": 100,
    "gen_ai.usage.cache_write.input_tokens": 20,
    "gen_ai.usage.reasoning.output_tokens": 10,
    "nomos.legal": true,
    "nomos.action": "MOVE",
  });
  assertEquals(span.status, { code: SpanStatusCode.UNSET });
});

Deno.test("otel, uses the vendor names of the conventions, and keeps the names of other vendors", () => {
  using tracing = new MemoryTracing();
  const turn = otel().beginTurn(TURN);
  const names: [string, string][] = [];
  for (
    const llm of [
      "openai/gpt-5-mini",
      "google.generative-ai/gemini-2.5-flash",
      "google.vertex.chat/gemini-2.5-pro",
      "azure/gpt-4o",
      "amazon-bedrock/us.anthropic.claude",
      "mistral.chat/mistral-large-latest",
      "xai.responses/grok-4",
      "openrouter/openai/gpt-4o",
      "mock",
    ]
  ) {
    turn.onModelCall?.(modelCall(llm));
    answer(turn);
    const { name, attributes } = tracing.spans.at(-1)!;
    names.push([attributes["gen_ai.provider.name"] as string, name]);
  }
  assertEquals(names, [
    ["openai", "chat gpt-5-mini"],
    ["gcp.gemini", "chat gemini-2.5-flash"],
    ["gcp.vertex_ai", "chat gemini-2.5-pro"],
    ["azure.ai.openai", "chat gpt-4o"],
    ["aws.bedrock", "chat us.anthropic.claude"],
    ["mistral_ai", "chat mistral-large-latest"],
    ["x_ai", "chat grok-4"],
    ["openrouter", "chat openai/gpt-4o"],
    ["mock", "chat mock"],
  ]);
});

Deno.test("otel, sums the usage and cost of all calls of a turn, including failed ones", () => {
  using tracing = new MemoryTracing();
  const turn = otel().beginTurn(TURN);
  const base = { seq: 1, time: 0, step: "greet" };
  turn.onModelCall?.(modelCall());
  illegalAnswer(turn, { input: 10, output: 1, cachedInput: 5 });
  turn.onModelCall?.(modelCall());
  const decision = decide.move("greet");
  const usage = { input: 20, output: 2 };
  turn.onEvent?.({ ...base, type: "decision", decision, usage, cost: 0.25, model: "gpt-5-mini-1" });
  turn.onModelCall?.(modelCall());
  const failed = { code: "LLM_LENGTH", usage: { input: 40, output: 4 }, cost: 0.5 };
  turn.onEvent?.({ ...base, type: "model_failed", ...failed });
  turn.onEnd?.({ ...INTERRUPTED, error: new LLMError("cut off", { usage: failed.usage }) });
  assertEquals(
    tracing.spans.map(({ attributes }) => [
      attributes["gen_ai.usage.input_tokens"],
      attributes["gen_ai.usage.output_tokens"],
      attributes["nomos.cost"],
      attributes["gen_ai.response.model"],
    ]),
    [
      [70, 7, 0.75, undefined],
      [10, 1, undefined, undefined],
      [20, 2, 0.25, "gpt-5-mini-1"],
      [40, 4, 0.5, undefined],
    ],
  );
  // The conventions define cached and reasoning tokens for the spans of calls only.
  const [total, first] = tracing.spans;
  assertEquals(total!.attributes["gen_ai.usage.cache_read.input_tokens"], undefined);
  assertEquals(first!.attributes["gen_ai.usage.cache_read.input_tokens"], 5);
  const last = tracing.spans.at(-1)!;
  assertEquals([last.attributes["error.type"], last.status.code, last.ends], [
    "LLM_LENGTH",
    SpanStatusCode.ERROR,
    1,
  ]);
});

Deno.test("otel, records the limit that was reached and the output it cut off", () => {
  using tracing = new MemoryTracing();
  const turn = otel().beginTurn(TURN);
  turn.onModelCall?.(modelCall());
  turn.onEvent?.({
    seq: 1,
    time: 0,
    type: "limit",
    reason: "tokens",
    scope: "turn",
    limit: 100,
    used: 104,
    usage: { input: 4, output: 100, isEstimated: true },
  });
  turn.onEnd?.({ status: "limited", step: "greet" });
  const [span, call] = tracing.spans;
  assertEquals([call!.attributes["error.type"], call!.status.code, call!.ends], [
    "limited",
    SpanStatusCode.ERROR,
    1,
  ]);
  assertEquals(call!.attributes["nomos.usage_estimated"], true);
  assertEquals(span!.attributes["nomos.usage_estimated"], true);
  assertEquals(span!.events, [{
    name: "nomos.limit",
    attributes: {
      "nomos.reason": "tokens",
      "nomos.scope": "turn",
      "nomos.limit": 100,
      "nomos.used": 104,
    },
  }]);
});

Deno.test("otel, records an illegal output as an event of the turn, not as a failed call", () => {
  using tracing = new MemoryTracing();
  const turn = otel().beginTurn(TURN);
  turn.onModelCall?.(modelCall());
  illegalAnswer(turn);
  turn.onEnd?.(WAITING);
  const call = tracing.span("chat gpt-5-mini");
  assertEquals([call.status.code, call.ends], [SpanStatusCode.UNSET, 1]);
  assertEquals(call.attributes["nomos.legal"], false);
  assertEquals(call.attributes["nomos.action"], undefined);
  assertEquals(tracing.span("invoke_agent barista").events, [
    { name: "nomos.error", attributes: { "nomos.step": "greet" } },
  ]);
});

Deno.test("otel, creates a span for a tool call, with its outcome", () => {
  using tracing = new MemoryTracing();
  const turn = otel().beginTurn(TURN);
  for (const outcome of ["ok", "redirected", "error", "unknown"] as const) {
    turn.onToolCall?.(toolCall());
    toolEnd(turn, outcome);
  }
  assertEquals(tracing.spans[1]!.atStart, {
    "gen_ai.operation.name": "execute_tool",
    "gen_ai.tool.name": "get_menu",
    "gen_ai.tool.call.id": "session-1/1/0",
    "gen_ai.tool.description": "List the drinks",
    "gen_ai.tool.type": "function",
  });
  assertEquals(
    tracing.spans.slice(1).map(({ name, kind, parent, ends }) => [name, kind, parent?.name, ends]),
    Array(4).fill(["execute_tool get_menu", SpanKind.INTERNAL, "invoke_agent barista", 1]),
  );
  assertEquals(
    tracing.spans.slice(1).map(({ attributes, status }) => [
      attributes["nomos.outcome"],
      attributes["error.type"],
      status,
    ]),
    [
      ["ok", undefined, { code: SpanStatusCode.UNSET }],
      ["redirected", undefined, { code: SpanStatusCode.UNSET }],
      ["error", "error", { code: SpanStatusCode.ERROR }],
      ["unknown", "unknown", { code: SpanStatusCode.ERROR }],
    ],
  );
});

Deno.test("otel, ends the span of each concurrent call with its own outcome", () => {
  using tracing = new MemoryTracing();
  const turn = otel().beginTurn(TURN);
  for (const call of [0, 1, 2]) turn.onToolCall?.(toolCall(call));
  toolEnd(turn, "ok", 2);
  toolEnd(turn, "error", 0);
  turn.onEnd?.(INTERRUPTED);
  assertEquals(
    tracing.spans.slice(1).map(({ attributes, status, ends }) => [
      attributes["gen_ai.tool.call.id"],
      attributes["error.type"],
      status.code,
      ends,
    ]),
    [
      ["session-1/1/0", "error", SpanStatusCode.ERROR, 1],
      ["session-1/1/1", "aborted", SpanStatusCode.ERROR, 1],
      ["session-1/1/2", undefined, SpanStatusCode.UNSET, 1],
    ],
  );
});

Deno.test("otel, ignores the end of a call that began before the turn", () => {
  using tracing = new MemoryTracing();
  const turn = otel().beginTurn(TURN);
  toolEnd(turn, "unknown");
  turn.onEnd?.(WAITING);
  assertEquals(tracing.tree, ["invoke_agent barista"]);
});

Deno.test("otel, records moves, limits, respond_only and the end on the span of the turn", () => {
  using tracing = new MemoryTracing();
  const turn = otel().beginTurn(TURN);
  const base = { seq: 1, time: 0 };
  turn.onEvent?.({ ...base, type: "user", text: "Hi" });
  turn.onEvent?.({
    ...base,
    type: "tool_started",
    callKey: "session-1/1/0",
    call: 0,
    tool: "get_menu",
  });
  turn.onEvent?.({ ...base, type: "moved", from: "greet", to: "order" });
  turn.onEvent?.({ ...base, type: "respond_only", reason: "loop" });
  turn.onEvent?.({ ...base, type: "limit", reason: "iterations" });
  turn.onEvent?.({ ...base, type: "ended" });
  turn.onEnd?.({ status: "limited", step: "order" });
  const { events, attributes, status } = tracing.span("invoke_agent barista");
  assertEquals(events, [
    { name: "nomos.moved", attributes: { "nomos.from": "greet", "nomos.to": "order" } },
    { name: "nomos.respond_only", attributes: { "nomos.reason": "loop" } },
    { name: "nomos.limit", attributes: { "nomos.reason": "iterations" } },
    { name: "nomos.ended", attributes: {} },
  ]);
  assertEquals(attributes["nomos.limit_reason"], "iterations");
  assertEquals(attributes["nomos.status"], "limited");
  // A limit is an outcome of a turn, not a failure of it.
  assertEquals(status.code, SpanStatusCode.UNSET);
});

Deno.test("otel, marks the turn and the call that failed with the code of the error", () => {
  using tracing = new MemoryTracing();
  const turn = otel().beginTurn(TURN);
  turn.onModelCall?.(modelCall());
  turn.onEnd?.({ ...INTERRUPTED, error: new LLMRefusalError("It quotes: Two flat whites") });
  for (const span of tracing.spans) {
    assertEquals(span.attributes["error.type"], "LLM_REFUSED");
    assertEquals(span.status, { code: SpanStatusCode.ERROR });
    assertEquals(span.ends, 1);
  }
  assertEquals(tracing.spans.length, 2);
});

Deno.test("otel, marks abandoned calls as aborted, but not the turn", () => {
  using tracing = new MemoryTracing();
  const turn = otel().beginTurn(TURN);
  turn.onModelCall?.(modelCall());
  turn.onEnd?.(INTERRUPTED);
  const call = tracing.span("chat gpt-5-mini");
  assertEquals([call.attributes["error.type"], call.status.code, call.ends], [
    "aborted",
    SpanStatusCode.ERROR,
    1,
  ]);
  const { attributes, status } = tracing.span("invoke_agent barista");
  assertEquals([attributes["error.type"], status.code], [undefined, SpanStatusCode.UNSET]);
});

Deno.test("otel, writes the code of an error as its type, or else the name of its class", () => {
  using tracing = new MemoryTracing();
  const hostile = new Proxy({}, {
    get: () => {
      throw new Error("hostile");
    },
  });
  const thrown: readonly unknown[] = [
    Object.assign(new Error("refused"), { code: "ECONNREFUSED" }),
    new DOMException("gone", "AbortError"),
    new RangeError("too far"),
    "text",
    null,
    hostile,
  ];
  for (const error of thrown) otel().beginTurn(TURN).onEnd?.({ ...INTERRUPTED, error });
  assertEquals(tracing.spans.map(({ attributes }) => attributes["error.type"]), [
    "ECONNREFUSED",
    "AbortError",
    "RangeError",
    "_OTHER",
    "_OTHER",
    "_OTHER",
  ]);
});

Deno.test("otel, adds the time to the first chunk and the stable share of the prompt, if they are known", () => {
  using tracing = new MemoryTracing();
  const turn = otel().beginTurn(TURN);
  const offer = { actions: ["RESPOND"], routes: [], tools: [] } as const;
  turn.onModelCall?.(modelCall());
  turn.onEvent?.({
    seq: 1,
    time: 0,
    type: "decision",
    step: "greet",
    decision: decide.respond("Coming!"),
    timing: { asked: 1_000, first: 1_250, answered: 3_000 },
    prompt: { chars: 200, stableChars: 150, schemaChars: 500, messages: 4, offer },
  });
  const { attributes } = tracing.span("chat gpt-5-mini");
  assertEquals(attributes["gen_ai.response.time_to_first_chunk"], 0.25);
  assertEquals(attributes["nomos.prompt_chars"], 200);
  assertEquals(attributes["nomos.prompt_stable_share"], 0.75);
});

Deno.test("otel, counts embeddings in the usage and cost of the turn", () => {
  using tracing = new MemoryTracing();
  const turn = otel().beginTurn(TURN);
  const usage = { input: 5, output: 0 };
  turn.onEvent?.({ seq: 1, time: 0, type: "embedded", step: "greet", texts: 1, usage, cost: 0.5 });
  turn.onModelCall?.(modelCall());
  answer(turn, decide.respond("Coming!"), { input: 10, output: 3 });
  turn.onEnd?.(WAITING);
  const { attributes } = tracing.span("invoke_agent barista");
  assertEquals(attributes["gen_ai.usage.input_tokens"], 15);
  assertEquals(attributes["nomos.cost"], 0.5);
  assertEquals(tracing.spans.length, 2);
});
