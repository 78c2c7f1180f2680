import * as mod from "@nomos/agent";
import { assertEquals } from "@std/assert";

const VALUES = [
  "Agent",
  "AgentError",
  "AgentToolError",
  "ApprovalError",
  "ConfigError",
  "FallbackError",
  "GraphError",
  "GuardError",
  "LLMError",
  "LLMRequest",
  "MisuseError",
  "MockLLM",
  "MockLLMError",
  "ObserverError",
  "RealModelError",
  "RunError",
  "SchemaCache",
  "SessionBusyError",
  "SessionEndedError",
  "SessionWaitingError",
  "StateError",
  "Tool",
  "ToolArgumentsError",
  "ToolResultError",
  "ToolSignal",
  "ToolTimeoutError",
  "assertRealModelsAllowed",
  "decide",
  "openaiStrict",
  "raw",
];

const TYPES = [
  "Action",
  "AgentOptions",
  "AgentToolInput",
  "AgentToolOptions",
  "AnyTool",
  "ApprovalGivenEvent",
  "ApprovalRequestedEvent",
  "Attempt",
  "AutoOptions",
  "AutoSample",
  "Budget",
  "CalledModel",
  "Charge",
  "CostOf",
  "Decide",
  "DecideOptions",
  "Decision",
  "DecisionEvent",
  "Delta",
  "EndDecision",
  "EndedEvent",
  "ErrorEvent",
  "EventBase",
  "Example",
  "Explanation",
  "FallbackEvent",
  "ForkOptions",
  "GraphProblem",
  "GuardContext",
  "InferOutput",
  "JsonSchema",
  "LLM",
  "LLMChunk",
  "LLMErrorOptions",
  "LLMResult",
  "LegalActions",
  "LimitEvent",
  "LimitReason",
  "Limits",
  "Message",
  "MigrateResult",
  "MockLLMOptions",
  "ModelFailedEvent",
  "Models",
  "MoveDecision",
  "MovedEvent",
  "NextArguments",
  "ObservedEnd",
  "ObservedModelCall",
  "ObservedToolCall",
  "ObservedTurn",
  "Observer",
  "OpenArgument",
  "OpenOptions",
  "PendingApproval",
  "PromptReport",
  "RawOutput",
  "RecordedCall",
  "RespondDecision",
  "RouteEntry",
  "RouteOptions",
  "Routes",
  "SchemaCacheOptions",
  "SchemaProfile",
  "Scope",
  "ScriptEntry",
  "Session",
  "SessionArguments",
  "SessionEvent",
  "SessionOptions",
  "SessionStatus",
  "StandardIssue",
  "StandardJsonSchema",
  "StandardProperties",
  "StandardResult",
  "StandardSchema",
  "StandardTypes",
  "State",
  "StepEntry",
  "StepOptions",
  "Steps",
  "StreamPart",
  "ToolCall",
  "ToolCallDecision",
  "ToolContext",
  "ToolFinishedEvent",
  "ToolOptions",
  "ToolResult",
  "ToolStartedEvent",
  "Turn",
  "TurnObserver",
  "TurnOptions",
  "Usage",
  "UserEvent",
  "ValidationResult",
];

/** The names that the text of `mod.ts` exports, as values and as types. */
async function exportedNames(): Promise<{ readonly values: string[]; readonly types: string[] }> {
  const text = (await Deno.readTextFile(new URL("../mod.ts", import.meta.url)))
    .replaceAll(/\/\*[^]*?\*\//g, "");
  const values: string[] = [];
  const types: string[] = [];
  for (const [, type, list] of text.matchAll(/export (type )?\{([^}]*)\} from "[^"]+";/g)) {
    for (const name of list!.split(",").map((part) => part.trim()).filter(Boolean)) {
      if (name.startsWith("type ")) types.push(name.slice(5));
      else (type ? types : values).push(name);
    }
  }
  const rest = text.replaceAll(/export (type )?\{[^}]*\} from "[^"]+";/g, "").trim();
  assertEquals(rest, "", "mod.ts holds lists of names and nothing else");
  return { values: values.sort(), types: types.sort() };
}

Deno.test("mod.ts, exports exactly these values", async () => {
  assertEquals(Object.keys(mod).sort(), VALUES);
  assertEquals((await exportedNames()).values, VALUES);
});

Deno.test("mod.ts, exports exactly these types", async () => {
  assertEquals((await exportedNames()).types, TYPES);
});
