/**
 * LLM agents as step graphs.
 *
 * An author draws a graph: steps with a description, routes and tools. At every
 * turn the language model makes one decision — RESPOND, TOOL_CALL, MOVE or END —
 * validated by a schema built for exactly that step. This entry point needs no
 * permission.
 *
 * @example
 * ```ts
 * import { Agent, decide, MockLLM } from "@nomos/agent";
 *
 * const agent = new Agent({
 *   name: "barista",
 *   llm: new MockLLM([decide.respond("What can I get you?")]),
 *   start: "greet",
 *   steps: {
 *     greet: { description: "Greet them", routes: { order: "they want to order" } },
 *     order: { description: "Take the order" },
 *   },
 * });
 * const turn = await agent.createSession().next("Hello");
 * console.log(turn.response);
 * ```
 *
 * @module
 */
export { Agent } from "./src/agent/agent.ts";
export type {
  AgentOptions,
  Models,
  NextArguments,
  OpenArgument,
  OpenOptions,
  SessionArguments,
  SessionOptions,
} from "./src/agent/agent_options.ts";
export type { PendingApproval } from "./src/turn/approval.ts";
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
export type { Attempt, LegalActions } from "./src/decision/legal_actions.ts";
export { SchemaCache } from "./src/schema/schema_cache.ts";
export type { SchemaCacheOptions } from "./src/schema/schema_cache.ts";
export { openaiStrict } from "./src/schema/schema_profile.ts";
export type { SchemaProfile } from "./src/schema/schema_profile.ts";
export type {
  InferOutput,
  StandardIssue,
  StandardJsonSchema,
  StandardProperties,
  StandardResult,
  StandardSchema,
  StandardTypes,
} from "./src/schema/standard_schema.ts";
export type { Delta } from "./src/turn/delta.ts";
export type { Explanation } from "./src/agent/explain.ts";
export {
  AgentError,
  AgentToolError,
  ApprovalError,
  ConfigError,
  FallbackError,
  GraphError,
  GuardError,
  MisuseError,
  ObserverError,
  RunError,
  SessionBusyError,
  SessionEndedError,
  SessionWaitingError,
  StateError,
  ToolArgumentsError,
  ToolResultError,
  ToolSignal,
  ToolTimeoutError,
} from "./src/errors.ts";
export type { GraphProblem } from "./src/errors.ts";
export type { ForkOptions } from "./src/session/fork_session.ts";
export type {
  Example,
  RouteEntry,
  RouteOptions,
  Routes,
  StepEntry,
  StepOptions,
  Steps,
} from "./src/graph/step.ts";
export type {
  ApprovalGivenEvent,
  ApprovalRequestedEvent,
  Charge,
  DecisionEvent,
  EndedEvent,
  ErrorEvent,
  EventBase,
  FallbackEvent,
  LimitEvent,
  LimitReason,
  ModelFailedEvent,
  MovedEvent,
  SessionEvent,
  ToolFinishedEvent,
  ToolStartedEvent,
  UserEvent,
} from "./src/history/event.ts";
export type { Budget, Limits } from "./src/cost/limits.ts";
export type { SessionStatus } from "./src/history/position.ts";
export type { MigrateResult, RecordedCall } from "./src/history/result_migration.ts";
export type { State } from "./src/session/state.ts";
export type { JsonSchema } from "./src/json/json.ts";
export { LLMRequest } from "./src/llm/llm.ts";
export type { LLM, LLMChunk, LLMResult, Message, Usage, ValidationResult } from "./src/llm/llm.ts";
export { LLMError } from "./src/llm/llm_error.ts";
export type { LLMErrorOptions } from "./src/llm/llm_error.ts";
export { assertRealModelsAllowed, RealModelError } from "./src/llm/real_model.ts";
export type { AutoOptions, AutoSample } from "./src/llm/auto/auto_player.ts";
export { MockLLM, raw } from "./src/llm/mock_llm.ts";
export { MockLLMError } from "./src/llm/mock_llm_error.ts";
export type { MockLLMOptions, RawOutput, ScriptEntry } from "./src/llm/mock_llm.ts";
export type { StreamPart, TurnOptions } from "./src/turn/loop.ts";
export type {
  ObservedEnd,
  ObservedModelCall,
  ObservedToolCall,
  ObservedTurn,
  Observer,
  Scope,
  TurnObserver,
} from "./src/turn/observer.ts";
export type { PromptReport } from "./src/prompt/transcript.ts";
export type { CalledModel, CostOf } from "./src/cost/receipt.ts";
export type { Session } from "./src/session/session.ts";
export { Tool } from "./src/tool/tool.ts";
export type { AnyTool, ToolOptions } from "./src/tool/tool.ts";
export type { GuardContext, ToolContext } from "./src/tool/tool_context.ts";
export type { ToolResult, Turn } from "./src/turn/turn.ts";
