import * as mod from "@nomos/agent";
import { assertEquals } from "@std/assert";

const VALUES = [
  "Agent",
  "AgentError",
  "AgentToolError",
  "ApprovalError",
  "ApprovalExpiredError",
  "ConfigError",
  "GraphError",
  "GuardError",
  "LLMError",
  "MisuseError",
  "MockLLM",
  "MockLLMError",
  "ObserverError",
  "RedirectError",
  "RunError",
  "STILL_UNKNOWN",
  "SchemaCache",
  "SessionBusyError",
  "SessionEndedError",
  "SessionWaitingError",
  "StateError",
  "Tool",
  "ToolArgumentsError",
  "ToolSignal",
  "ToolTimeoutError",
  "decide",
  "raw",
];

const TYPES = [
  "Action",
  "AgentChanges",
  "AgentOptions",
  "AgentToolInput",
  "AgentToolOptions",
  "AnyTool",
  "Attempt",
  "AutoOptions",
  "AutoSample",
  "CallAttempt",
  "CallPlace",
  "CallTiming",
  "CallVerdict",
  "CalledModel",
  "ChildPart",
  "ChildUsage",
  "Command",
  "CostOf",
  "DataChange",
  "DataPatch",
  "Decide",
  "DecideOptions",
  "Decision",
  "Delta",
  "Embeddings",
  "EndDecision",
  "EventBase",
  "EventMedia",
  "EventPart",
  "Example",
  "ExampleSimilarity",
  "Explanation",
  "FilePart",
  "ForkOptions",
  "GraphProblem",
  "GuardContext",
  "HistoryOptions",
  "ImagePart",
  "InferOutput",
  "JsonSchema",
  "LLM",
  "LLMRequest",
  "LegalActions",
  "Limit",
  "LimitReason",
  "Limits",
  "MediaContent",
  "Message",
  "MigrateData",
  "MigrateResult",
  "MockLLMOptions",
  "ModelCallRecord",
  "ModelCallTiming",
  "ModelCallUsage",
  "Models",
  "MoveDecision",
  "NextArguments",
  "NextOptions",
  "OlderConversation",
  "OpenArgument",
  "OpenOptions",
  "Part",
  "PendingApproval",
  "PromptFigures",
  "PromptReport",
  "RawOutput",
  "RecordedCall",
  "RespondDecision",
  "ResponseOf",
  "RouteOptions",
  "SchemaCacheOptions",
  "ScriptEntry",
  "Session",
  "SessionArguments",
  "SessionEvent",
  "SessionEvents",
  "SessionOptions",
  "SessionStatus",
  "ShownArgs",
  "StandardSchema",
  "State",
  "StepOptions",
  "StreamOptions",
  "StreamPart",
  "SummaryFields",
  "Text",
  "TextPart",
  "ToolCall",
  "ToolCallDecision",
  "ToolContext",
  "ToolOptions",
  "ToolProgress",
  "ToolResult",
  "TrialContext",
  "Turn",
  "TurnOf",
  "TurnOptions",
  "TurnStream",
  "Usage",
  "Verdict",
];

/** Reads the names of the values and types that `mod.ts` exports. */
async function readExportedNames(): Promise<
  { readonly values: string[]; readonly types: string[] }
> {
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
  assertEquals(rest, "", "mod.ts must contain only lists of names");
  return { values: values.sort(), types: types.sort() };
}

Deno.test("mod.ts, exports exactly these values", async () => {
  assertEquals(Object.keys(mod).sort(), VALUES);
  assertEquals((await readExportedNames()).values, VALUES);
});

Deno.test("mod.ts, exports exactly these types", async () => {
  assertEquals((await readExportedNames()).types, TYPES);
});
