/**
 * Values and events for tests that call an observer without an agent.
 */
import { decide, type LLMRequest, type SessionEvent, type Usage } from "@nomos/agent";
import type {
  ObservedModelCall,
  ObservedToolCall,
  ObservedTurn,
  TurnObserver,
} from "@nomos/agent/observer";

/** A turn that starts. */
export const TURN: ObservedTurn = {
  agent: "barista",
  sessionId: "session-1",
  step: "greet",
  input: "Two flat whites",
};

/** Creates a model call that starts. */
export function modelCall(
  llm = "openai/gpt-5-mini",
  messages: LLMRequest["messages"] = [],
): ObservedModelCall {
  const request = {
    messages,
    schema: {},
    stable: 0,
    schemaName: "decision",
    step: "greet",
    validate: () => ({ success: true as const, value: undefined }),
  };
  return { llm, request };
}

/** Creates a tool call that starts. */
export function toolCall(call = 0, args: Record<string, unknown> = {}): ObservedToolCall {
  return {
    tool: "get_menu",
    description: "List the drinks",
    callKey: `session-1/1/${call}`,
    args,
  };
}

/** Notifies an observer of a decision. */
export function answer(
  observer: TurnObserver,
  decision: (SessionEvent & { type: "decision" })["decision"] = decide.respond("Coming!"),
  usage?: Usage,
): void {
  const event = { seq: 1, time: 0, type: "decision", step: "greet", decision } as const;
  observer.onEvent?.(usage === undefined ? event : { ...event, usage });
}

/** Notifies an observer of an illegal output. */
export function illegalAnswer(observer: TurnObserver, usage?: Usage): void {
  observer.onEvent?.({
    seq: 1,
    time: 0,
    type: "error",
    step: "greet",
    path: "decision.secret_key",
    message: 'expected a step, got "secret"',
    output: '{"secret":1}',
    ...(usage && { usage }),
  });
}

/** Notifies an observer of the end of a tool call. */
export function toolEnd(
  observer: TurnObserver,
  outcome: (SessionEvent & { type: "tool_finished" })["outcome"],
  call = 0,
  text = "flat white, filter",
): void {
  observer.onEvent?.({
    seq: 3,
    time: 0,
    type: "tool_finished",
    callKey: `session-1/1/${call}`,
    call,
    tool: "get_menu",
    outcome,
    text,
  });
}
