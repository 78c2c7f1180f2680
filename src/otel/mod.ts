/**
 * OpenTelemetry traces of an agent: a span for each turn, model call and tool call.
 *
 * Add {@linkcode otel} to the agent's `observers`. In Deno, run with `OTEL_DENO=true`: the spans go to
 * the collector at `OTEL_EXPORTER_OTLP_ENDPOINT`, or to the terminal with
 * `OTEL_EXPORTER_OTLP_PROTOCOL=console`. Elsewhere, register an SDK with `@opentelemetry/api`.
 *
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
 * | span | kind | covers |
 * | --- | --- | --- |
 * | `invoke_agent {agent}` | internal | a turn; its parent is the active span of the caller |
 * | `chat {model}` | client | a model call of the turn, with the `fetch` of the provider as a child |
 * | `execute_tool {tool}` | internal | a tool call of the turn, with the spans of the tool as children |
 *
 * Names follow release 0.1.0 of the semantic conventions for generative AI
 * ({@link https://github.com/open-telemetry/semantic-conventions-genai}), which are still in
 * development. Attributes that these conventions lack begin with `nomos.`:
 *
 * | attribute | span | value |
 * | --- | --- | --- |
 * | `nomos.step` | turn, model call | the step in which it began |
 * | `nomos.end_step` | turn | the step in which it ended |
 * | `nomos.status` | turn | the session's status after the turn: `waiting`, `ended`, `limited`, `interrupted` … |
 * | `nomos.limit_reason` | turn | the reason if the status is `limited` |
 * | `nomos.legal` | model call | true if the output was a legal decision |
 * | `nomos.action` | model call | the decision: `RESPOND`, `TOOL_CALL`, `MOVE` or `END` |
 * | `nomos.outcome` | tool call | the outcome of the event `tool_finished`; the status of the turn if the call is suspended |
 * | `nomos.cost` | turn, model call | the cost, if the agent's `cost` knows it |
 * | `nomos.usage_estimated` | turn, model call | true if tokens are estimated |
 *
 * The span of a turn has an event for each move (`nomos.moved`), refused output (`nomos.error`),
 * `respond_only` and limit, and for the end of the session.
 *
 * A span has the status `ERROR` and the attribute `error.type` if its operation failed or was
 * aborted. The type is the `code` of the error, or the name of its class; for a tool call, the
 * outcome `error` or `unknown`; for an aborted model call, `aborted` or `limited`. Refused outputs,
 * limits and interruptions are not errors.
 *
 * An error that a tool throws is recorded as an exception of its span, with its type and the places
 * of its stack.
 *
 * No span contains messages, arguments, results or error messages unless `content` is true.
 *
 * @module
 */
export { otel } from "./otel.ts";
export type { OtelOptions } from "./otel.ts";
