import { decide, LLMError, type Message } from "@nomos/agent";
import type { TurnObserver } from "@nomos/agent/observer";
import { otel, type OtelOptions } from "@nomos/agent/otel";
import { assert, assertEquals, assertFalse, assertLessOrEqual } from "@std/assert";
import { MemoryTracing } from "./memory_tracing.ts";
import { answer, illegalAnswer, modelCall, toolCall, toolEnd, TURN } from "./observed.ts";

const MESSAGES: readonly Message[] = [
  { role: "system", content: "You serve secret coffee" },
  { role: "user", content: "One secret, please" },
  { role: "assistant", content: '{"action":"TOOL_CALL"}' },
  { role: "tool", content: "secret beans", callId: "session-1/1/0" },
];

/** Plays a turn in which all content contains the word "secret". */
function playSecretTurn(turn: TurnObserver): void {
  turn.onModelCall?.(modelCall("openai/gpt-5-mini", MESSAGES));
  illegalAnswer(turn);
  turn.onModelCall?.(modelCall("openai/gpt-5-mini", MESSAGES));
  answer(turn, decide.call("get_menu", { word: "secret" }, { reasoning: "They know the secret" }));
  for (const outcome of ["ok", "error", "unknown"] as const) {
    turn.onToolCall?.(toolCall(0, { word: "secret" }));
    toolEnd(turn, outcome, 0, "the secret result");
  }
  turn.onModelCall?.(modelCall("openai/gpt-5-mini", MESSAGES));
  answer(turn, decide.respond({ drink: "secret" }));
  turn.onModelCall?.(modelCall("openai/gpt-5-mini", MESSAGES));
  turn.onEnd?.({ status: "interrupted", step: "greet", error: new LLMError("a secret error") });
}

const SECRET_TURN = { ...TURN, input: "One secret, please" };

/** Serializes all that the spans contain. */
function serialize(tracing: MemoryTracing): string {
  return JSON.stringify(
    tracing.spans.map(({ name, attributes, events, status }) => [name, attributes, events, status]),
  );
}

/** Plays a turn, and returns the values of one attribute of its spans, in order. */
function attributeOf(
  name: string,
  options: OtelOptions,
  play: (turn: TurnObserver) => void,
): string[] {
  using tracing = new MemoryTracing();
  play(otel({ content: true, ...options }).beginTurn(SECRET_TURN));
  return tracing.spans.flatMap(({ attributes }) =>
    attributes[name] === undefined ? [] : [attributes[name] as string]
  );
}

Deno.test("otel, writes no content by default", () => {
  using tracing = new MemoryTracing();
  playSecretTurn(otel().beginTurn(SECRET_TURN));
  assertFalse(serialize(tracing).includes("secret"), serialize(tracing));
});

Deno.test("otel, with content, writes the messages and decisions of model calls", () => {
  using tracing = new MemoryTracing();
  playSecretTurn(otel({ content: true }).beginTurn(SECRET_TURN));
  const calls = tracing.spans.filter(({ name }) => name.startsWith("chat"));
  assertEquals(JSON.parse(calls[0]!.attributes["gen_ai.input.messages"] as string), [
    { role: "system", parts: [{ type: "text", content: "You serve secret coffee" }] },
    { role: "user", parts: [{ type: "text", content: "One secret, please" }] },
    { role: "assistant", parts: [{ type: "text", content: '{"action":"TOOL_CALL"}' }] },
    {
      role: "tool",
      parts: [{ type: "tool_call_response", id: "session-1/1/0", response: "secret beans" }],
    },
  ]);
  const parts = calls.map(({ attributes }) => {
    const output = attributes["gen_ai.output.messages"] as string | undefined;
    return output === undefined ? undefined : JSON.parse(output)[0].parts;
  });
  assertEquals(parts, [
    [{ type: "text", content: '{"secret":1}' }],
    [
      { type: "reasoning", content: "They know the secret" },
      {
        type: "tool_call",
        id: "session-1/1/0",
        name: "get_menu",
        arguments: { word: "secret" },
      },
    ],
    [{ type: "text", content: '{"drink":"secret"}' }],
    undefined,
  ]);
});

Deno.test("otel, with content, writes input and response on the span of the turn", () => {
  using tracing = new MemoryTracing();
  playSecretTurn(otel({ content: true }).beginTurn(SECRET_TURN));
  const { attributes, events, status } = tracing.span("invoke_agent barista");
  assertEquals(JSON.parse(attributes["gen_ai.input.messages"] as string), [
    { role: "user", parts: [{ type: "text", content: "One secret, please" }] },
  ]);
  assertEquals(JSON.parse(attributes["gen_ai.output.messages"] as string), [
    { role: "assistant", parts: [{ type: "text", content: '{"drink":"secret"}' }] },
  ]);
  assertEquals(status.message, "a secret error");
  assertEquals(events[0]?.attributes, {
    "nomos.step": "greet",
    "nomos.path": "decision.secret_key",
    "nomos.message": 'expected a step, got "secret"',
  });
});

Deno.test("otel, with content, writes arguments, results and reasons of tool calls", () => {
  using tracing = new MemoryTracing();
  playSecretTurn(otel({ content: true }).beginTurn(SECRET_TURN));
  const calls = tracing.spans.filter(({ name }) => name === "execute_tool get_menu");
  for (const { attributes } of calls) {
    assertEquals(attributes["gen_ai.tool.call.arguments"], '{"word":"secret"}');
    assertEquals(attributes["gen_ai.tool.call.result"], "the secret result");
  }
  assertEquals(calls.map(({ status }) => status.message), [
    undefined,
    "the secret result",
    "the secret result",
  ]);
});

Deno.test("otel, with content, writes each kind of decision", () => {
  const decisions = [
    decide.respond("Hello"),
    decide.move("order"),
    decide.end(),
    decide.end("Bye"),
  ];
  const outputs = attributeOf("gen_ai.output.messages", {}, (turn) => {
    for (const decision of decisions) {
      turn.onModelCall?.(modelCall());
      answer(turn, decision);
    }
  });
  // The first output is that of the turn: its last response.
  assertEquals(outputs.map((output) => JSON.parse(output)[0].parts), [
    [{ type: "text", content: "Bye" }],
    [{ type: "text", content: "Hello" }],
    [{ type: "move", step: "order" }],
    [{ type: "end" }],
    [{ type: "text", content: "Bye" }, { type: "end" }],
  ]);
});

Deno.test("otel, applies redact to all content", () => {
  using tracing = new MemoryTracing();
  const redact = (text: string) => text.replaceAll("secret", "[hidden]");
  playSecretTurn(otel({ content: true, redact }).beginTurn(SECRET_TURN));
  assertFalse(serialize(tracing).includes("secret"), serialize(tracing));
  assert(serialize(tracing).includes("[hidden] beans"));
});

Deno.test("otel, always redacts text that looks like a key", () => {
  const results = attributeOf("gen_ai.tool.call.result", {}, (turn) => {
    turn.onToolCall?.(toolCall());
    toolEnd(turn, "ok", 0, "the key is sk-1234567890abcdef");
  });
  assertEquals(results, ["the key is [redacted]"]);
  const [args] = attributeOf("gen_ai.tool.call.arguments", {}, (turn) => {
    turn.onToolCall?.(toolCall(0, { password: "open sesame" }));
  });
  assertEquals(args, '{"password":"[redacted]"}');
});

Deno.test("otel, redacts a text before truncation, and so leaves no part of a secret", () => {
  const redact = (text: string) => text.replaceAll("4111111111111111", "[card]");
  const [result] = attributeOf(
    "gen_ai.tool.call.result",
    { redact, maxContentChars: 20 },
    (turn) => {
      turn.onToolCall?.(toolCall());
      toolEnd(turn, "ok", 0, "paid with 4111111111111111 today");
    },
  );
  assertEquals(result, "paid with [card] to…");
});

Deno.test("otel, withholds a text if redact fails, and continues", () => {
  const failing: readonly OtelOptions["redact"][] = [
    () => {
      throw new Error("no");
    },
    (() => undefined) as never,
  ];
  for (const redact of failing) {
    const results = attributeOf("gen_ai.tool.call.result", redact ? { redact } : {}, (turn) => {
      turn.onToolCall?.(toolCall());
      toolEnd(turn, "ok", 0, "secret");
    });
    assertEquals(results, ["[withheld]"]);
  }
});

Deno.test("otel, withholds arguments that cannot be serialized, and continues", () => {
  const cyclic: Record<string, unknown> = {};
  cyclic.self = cyclic;
  const written = attributeOf("gen_ai.tool.call.arguments", {}, (turn) => {
    turn.onToolCall?.(toolCall(0, cyclic));
  });
  assertEquals(written, ["[withheld]"]);
});

Deno.test("otel, keeps the latest messages, truncates the one before them, and stays valid JSON", () => {
  const messages = Array.from({ length: 1000 }, (_, at): Message => {
    return { role: "user", content: `message ${at}: "quoted"\n` };
  });
  for (const maxContentChars of [1, 50, 200, 201, 202, 203, 204, 4_000]) {
    const [input] = attributeOf("gen_ai.input.messages", { maxContentChars }, (turn) => {
      turn.onModelCall?.(modelCall("mock", messages));
    }).slice(-1);
    assertLessOrEqual(input!.length, Math.max(2, maxContentChars));
    const kept: { parts: { content: string }[] }[] = JSON.parse(input!);
    const texts = kept.map(({ parts }) => parts[0]!.content);
    const last = messages.slice(messages.length - texts.length).map(({ content }) => content);
    assertEquals(texts.slice(1), last.slice(1));
    if (texts[0] !== last[0]) {
      assert(texts[0] === undefined || last[0]!.startsWith(texts[0].slice(0, -1)));
    }
  }
});

Deno.test("otel, serializes no more messages of a long conversation than fit", () => {
  let redacted = 0;
  const messages = Array.from({ length: 10_000 }, (): Message => ({ role: "user", content: "Hi" }));
  attributeOf("gen_ai.input.messages", {
    redact: (text) => {
      redacted++;
      return text;
    },
  }, (turn) => turn.onModelCall?.(modelCall("mock", messages)));
  assertLessOrEqual(redacted, 100);
});
