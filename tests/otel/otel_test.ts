import { ConfigError, decide } from "@nomos/agent";
import { otel } from "@nomos/agent/otel";
import { context, trace } from "@opentelemetry/api";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { MemoryTracing } from "./memory_tracing.ts";
import { answer, modelCall, toolCall, toolEnd, TURN } from "./observed.ts";

const WAITING = { status: "waiting", step: "greet" } as const;

Deno.test("otel, runs calls in the context of their spans", async () => {
  using tracing = new MemoryTracing();
  const tracer = trace.getTracer("author");
  const turn = otel().beginTurn(TURN);
  const ask = turn.onModelCall?.(modelCall());
  const asked = await ask?.(async () => {
    await Promise.resolve();
    tracer.startSpan("fetch").end();
    return "asked";
  });
  assertEquals(asked, "asked");
  answer(turn, decide.calls([{ tool: "get_menu", args: {} }, { tool: "get_menu", args: {} }]));
  const scopes = [turn.onToolCall?.(toolCall(0)), turn.onToolCall?.(toolCall(1))];
  await Promise.all(scopes.map((scope, call) =>
    scope?.(async () => {
      await Promise.resolve();
      tracer.startSpan(`query ${call}`).end();
    })
  ));
  assertEquals(tracing.tree, [
    "invoke_agent barista",
    "invoke_agent barista > chat gpt-5-mini",
    "invoke_agent barista > chat gpt-5-mini > fetch",
    "invoke_agent barista > execute_tool get_menu",
    "invoke_agent barista > execute_tool get_menu",
    "invoke_agent barista > execute_tool get_menu > query 0",
    "invoke_agent barista > execute_tool get_menu > query 1",
  ]);
  assertEquals(tracing.span("query 1").parent?.attributes["gen_ai.tool.call.id"], "session-1/1/1");
  assert(context.active() !== undefined && trace.getActiveSpan() === undefined);
});

Deno.test("otel, uses the span active at the start of a turn as its parent, not that of the stream's reader", () => {
  using tracing = new MemoryTracing();
  const tracer = trace.getTracer("author");
  const within = <Result>(name: string, run: () => Result) =>
    context.with(trace.setSpan(context.active(), tracer.startSpan(name)), run);
  const turn = within("POST /chat", () => otel().beginTurn(TURN));
  within("somebody else", () => turn.onModelCall?.(modelCall())?.(() => within("fetch", () => {})));
  assertEquals(tracing.tree, [
    "POST /chat",
    "POST /chat > invoke_agent barista",
    "somebody else",
    "POST /chat > invoke_agent barista > chat gpt-5-mini",
    "POST /chat > invoke_agent barista > chat gpt-5-mini > fetch",
  ]);
});

Deno.test("otel, names the package and its version as the tracer", async () => {
  using tracing = new MemoryTracing();
  otel().beginTurn(TURN);
  const config = await Deno.readTextFile(new URL("../../deno.json", import.meta.url));
  assertEquals(tracing.scope, `@nomos/agent@${JSON.parse(config).version}`);
});

Deno.test("otel, writes to an SDK that is registered later", () => {
  const observer = otel();
  observer.beginTurn(TURN).onEnd?.(WAITING);
  using tracing = new MemoryTracing();
  observer.beginTurn(TURN).onEnd?.(WAITING);
  assertEquals(tracing.tree, ["invoke_agent barista"]);
});

Deno.test("otel, computes no attributes for spans that are not recorded", () => {
  using tracing = new MemoryTracing(false);
  const turn = otel({ content: true }).beginTurn(TURN);
  const unread = new Proxy([], {
    get: () => {
      throw new Error("the messages were read");
    },
  });
  turn.onModelCall?.(modelCall("openai/gpt-5-mini", unread));
  answer(turn, decide.call("get_menu"), { input: 1 });
  turn.onToolCall?.(toolCall(0, {
    toJSON: () => {
      throw new Error("the arguments were read");
    },
  }));
  toolEnd(turn, "ok");
  turn.onEnd?.(WAITING);
  for (const span of tracing.spans) {
    assertEquals([span.attributes, span.ends], [span.atStart, 1], span.name);
  }
  assertEquals(tracing.spans.length, 3);
});

Deno.test("otel, does nothing if no SDK is registered", () => {
  assertEquals(otel().beginTurn(TURN), {});
});

Deno.test("otel, rejects an invalid maxContentChars", () => {
  for (const maxContentChars of [0, -1, 1.5, NaN, Infinity, "9" as never]) {
    assertThrows(
      () => otel({ maxContentChars }),
      ConfigError,
      "Cannot make an OpenTelemetry observer with maxContentChars ",
    );
  }
});
