/**
 * LLM agents as step graphs. Each step has a task for the model, the tools that it may call and the
 * routes to other steps. In a turn, the model makes one decision at a time: respond, call tools, move
 * to another step, or end. Each request carries a JSON Schema of exactly the legal decisions. Servers
 * that enforce it let the model decode nothing else; elsewhere, an output that does not match is
 * refused, and the model is asked again.
 *
 * The core needs no permissions, and runs on any runtime with web APIs.
 *
 * This agent uses a scripted model. To use a real one, pass it as `llm`:
 *
 * ```ts
 * import { Agent, decide, MockLLM } from "@nomos/agent";
 * import { assertEquals } from "@std/assert";
 *
 * const agent = new Agent({
 *   name: "barista",
 *   llm: new MockLLM([decide.move("order"), decide.respond("What can I get you?")]),
 *   start: "greet",
 *   steps: {
 *     greet: { description: "Greet them", routes: { order: "they want to order" } },
 *     order: { description: "Take the order" },
 *   },
 * });
 * const turn = await agent.createSession().next("A coffee, please");
 * assertEquals([turn.step, turn.response], ["order", "What can I get you?"]);
 * ```
 *
 * | entry point | for |
 * | --- | --- |
 * | `@nomos/agent/openai` | models of OpenAI, Ollama and every other server of the Chat Completions protocol |
 * | `@nomos/agent/ai-sdk` | models of the AI SDK |
 * | `@nomos/agent/json-schema` | arguments and answers by raw JSON Schemas |
 * | `@nomos/agent/config` | agents in YAML and JSON files |
 * | `@nomos/agent/cli` | the command `nomos`: makes, runs, checks, tests and profiles agents |
 * | `@nomos/agent/llm` | retries, timeouts, fallbacks and logs around a model |
 * | `@nomos/agent/store` | durable sessions: the interface of stores, and a store in memory |
 * | `@nomos/agent/sqlite` | a store in a file, for one machine |
 * | `@nomos/agent/postgres` | a store in PostgreSQL, for many machines |
 * | `@nomos/agent/testing` | tests of agents without a network |
 * | `@nomos/agent/testing/forbid-real-models` | an import that makes calls of real models fail |
 * | `@nomos/agent/observer` | logs and metrics of turns |
 * | `@nomos/agent/otel` | OpenTelemetry traces |
 * | `@nomos/agent/prices` | the cost of model calls in US dollars |
 * | `@nomos/agent/profile` | where the time, the tokens and the money of an agent go |
 *
 * @module
 */
export { Agent } from "./src/agent/agent.ts";
export type { AgentOptions, Models } from "./src/agent/agent_options.ts";
export type { AgentChanges } from "./src/agent/change_core.ts";
export type { PendingApproval } from "./src/history/call.ts";
export type { AgentToolInput, AgentToolOptions } from "./src/agent/agent_tool.ts";
export { decide } from "./src/decision/decision.ts";
export type {
  Action,
  Decide,
  DecideOptions,
  Decision,
  EndDecision,
  MoveDecision,
  RespondDecision,
  ToolCall,
  ToolCallDecision,
} from "./src/decision/decision.ts";
export type { Attempt, LegalActions } from "./src/decision/decision.ts";
export { SchemaCache } from "./src/schema/schema_cache.ts";
export type { SchemaCacheOptions } from "./src/schema/schema_cache.ts";
export type { InferOutput, StandardSchema } from "./src/schema/standard_schema.ts";
export type { Delta } from "./src/decision/output_preview.ts";
export type { Explanation } from "./src/agent/explain.ts";
export {
  AgentError,
  AgentToolError,
  ApprovalError,
  ApprovalExpiredError,
  ConfigError,
  GraphError,
  GuardError,
  MisuseError,
  ObserverError,
  RedirectError,
  RunError,
  SessionBusyError,
  SessionEndedError,
  SessionWaitingError,
  StateError,
  ToolArgumentsError,
  ToolSignal,
  ToolTimeoutError,
} from "./src/errors.ts";
export type { GraphProblem } from "./src/errors.ts";
export type { ForkOptions } from "./src/session/fork_session.ts";
export type { HistoryOptions, OlderConversation } from "./src/graph/history_options.ts";
export type { Example, RouteOptions, StepOptions, Text } from "./src/graph/step.ts";
export type { DataChange } from "./src/history/data.ts";
export type {
  CallPlace,
  ChildUsage,
  EventBase,
  LimitReason,
  SessionEvent,
  SessionEvents,
  ShownArgs,
} from "./src/history/event.ts";
export type { EventMedia, EventPart } from "./src/history/event_part.ts";
export type {
  ModelCallRecord,
  ModelCallTiming,
  ModelCallUsage,
  PromptFigures,
} from "./src/history/model_call.ts";
export type { Limit, Limits } from "./src/cost/limits.ts";
export type { SummaryFields } from "./src/history/summary.ts";
export type { SessionStatus } from "./src/history/position.ts";
export type { MigrateData, MigrateResult, RecordedCall } from "./src/history/migrations.ts";
export type { State } from "./src/history/state.ts";
export type { JsonSchema } from "./src/json/json.ts";
export type { CallAttempt, CallTiming } from "./src/llm/call_timing.ts";
export type { Embeddings, LLM, LLMRequest, Message, Usage } from "./src/llm/llm.ts";
export type { FilePart, ImagePart, MediaContent, Part, TextPart } from "./src/llm/part.ts";
export { LLMError, MockLLMError } from "./src/llm/llm_error.ts";
export type { AutoOptions, AutoSample } from "./src/llm/auto/auto_player.ts";
export { MockLLM } from "./src/llm/mock_llm.ts";
export type { MockLLMOptions } from "./src/llm/mock_llm.ts";
export { raw } from "./src/llm/mock_script.ts";
export type { RawOutput, ScriptEntry } from "./src/llm/mock_script.ts";
export type { StreamOptions, TurnOptions } from "./src/turn/turn_options.ts";
export type { ChildPart, StreamPart } from "./src/turn/stream_part.ts";
export type { ExampleSimilarity } from "./src/prompt/examples.ts";
export type { PromptReport } from "./src/prompt/transcript.ts";
export type { CalledModel, CostOf } from "./src/cost/call_usage.ts";
export type { Session } from "./src/session/session.ts";
export type {
  NextArguments,
  NextOptions,
  OpenArgument,
  OpenOptions,
  SessionArguments,
  SessionOptions,
} from "./src/session/session_options.ts";
export type { ToolProgress } from "./src/tool/drain.ts";
export { Tool } from "./src/tool/tool.ts";
export type { ToolOptions } from "./src/tool/tool.ts";
export type {
  DataPatch,
  GuardContext,
  ToolContext,
  TrialContext,
} from "./src/tool/tool_context.ts";
export type { AnyTool } from "./src/tool/tool_internals.ts";
export { STILL_UNKNOWN } from "./src/tool/tool_internals.ts";
export type { CallVerdict, Command, Verdict } from "./src/turn/command.ts";
export type { ResponseOf, ToolResult, Turn, TurnOf } from "./src/turn/turn.ts";
export type { TurnStream } from "./src/turn/turn_stream.ts";
