/**
 * Traces: what an agent did, as OpenTelemetry spans.
 *
 * Give {@linkcode otel} to the agent as one of its `observers`. In Deno nothing
 * else is needed: run with `OTEL_DENO=true`, and the spans go to the collector
 * that `OTEL_EXPORTER_OTLP_ENDPOINT` names, or to the terminal with
 * `OTEL_EXPORTER_OTLP_PROTOCOL=console`. Elsewhere, register an SDK with
 * `@opentelemetry/api`.
 *
 * | span | kind | for |
 * | --- | --- | --- |
 * | `invoke_agent {agent}` | internal | a turn, within what is active where it begins |
 * | `chat {model}` | client | each model call of it; the `fetch` of the model is within |
 * | `execute_tool {tool}` | internal | each tool call of it; what the tool does is within |
 *
 * Names follow the semantic conventions for generative AI, release 0.1.0
 * ({@link https://github.com/open-telemetry/semantic-conventions-genai}), which
 * are still in development. What they have no name for is ours:
 *
 * | attribute | on | says |
 * | --- | --- | --- |
 * | `nomos.step`, `nomos.end_step` | turn | the step in which it began, and came to rest; `nomos.step` on model calls too |
 * | `nomos.status` | turn | why control is back: `waiting`, `ended`, `limited`, `interrupted` … |
 * | `nomos.limit_reason` | turn | why it was limited |
 * | `nomos.legal` | model call | whether the answer was a legal decision |
 * | `nomos.action` | model call | what was decided: `RESPOND`, `TOOL_CALL`, `MOVE` or `END` |
 * | `nomos.outcome` | tool call | the outcome of the event `tool_finished` |
 * | `nomos.cost` | turn, model call | the cost, where the agent's `cost` knows it |
 * | `nomos.usage_estimated` | turn, model call | true where tokens are estimated |
 *
 * The span of a turn has an event for each move (`nomos.moved`), illegal answer
 * (`nomos.error`), `respond_only`, limit, and for the end of the session.
 *
 * A span has the status of an error, and `error.type`, where something failed or
 * was given up: the `code` of the error, or the name of its class; `error` or
 * `unknown` for the outcome of a tool call; `aborted` or `limited` for a model
 * call that was given up. An illegal answer is an answer, and a limit or an
 * interruption an outcome of a turn: they are no errors.
 *
 * What was said is on no span unless `content` is true, and the messages of
 * errors neither, for they may quote it.
 *
 * @example
 * ```ts
 * import { Agent, decide, MockLLM } from "@nomos/agent";
 * import { otel } from "@nomos/agent/otel";
 * import { assertEquals } from "@std/assert";
 *
 * const agent = new Agent({
 *   name: "greeter",
 *   llm: new MockLLM([decide.respond("Hello")]),
 *   observers: [otel()],
 *   start: "greet",
 *   steps: { greet: { description: "Greet the user" } },
 * });
 * assertEquals((await agent.createSession().next("Hi")).response, "Hello");
 * ```
 *
 * @module
 */
export { otel } from "./otel.ts";
export type { OtelOptions } from "./otel.ts";
