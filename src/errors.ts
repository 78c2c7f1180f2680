/**
 * The errors of the core, in three families: what a developer must mend
 * ({@linkcode MisuseError}), what can go wrong in a run ({@linkcode RunError})
 * and what a tool raises on purpose ({@linkcode ToolSignal}). Every error has a
 * stable `code`, keeps its `cause`, and holds data only.
 *
 * @module
 */

/**
 * The common base, for `catch` blocks that want every error of the framework.
 *
 * @example
 * ```ts
 * import { AgentError, Tool } from "@nomos/agent";
 * import { assert } from "@std/assert";
 * import * as v from "valibot";
 *
 * try {
 *   new Tool({ name: "not a name", description: "", args: v.object({}), run: () => "" });
 * } catch (error) {
 *   assert(error instanceof AgentError);
 *   assert(error.code === "CONFIG_INVALID");
 * }
 * ```
 */
export abstract class AgentError extends Error {
  /** Stable name of the condition, for programs. */
  abstract readonly code: string;
  /** The name of the class. */
  override get name(): string {
    return this.constructor.name;
  }
}

/** The program is wrong: mend it, do not catch it. */
export abstract class MisuseError extends AgentError {}

/** A run failed for a reason outside the program. */
export abstract class RunError extends AgentError {}

/** Raised by a tool on purpose, to steer the conversation. */
export abstract class ToolSignal extends AgentError {}

/** A value in a message: text in quotes, cut, and everything else in few words. */
export function quote(value: unknown): string {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value.length > 100 ? `${value.slice(0, 100)}…` : value);
    case "object":
      if (value === null) return "null";
      return Array.isArray(value) ? "a list" : "an object";
    case "function":
      return "a function";
    default:
      return String(value);
  }
}

/** The reason in whatever was thrown, as text: never a stack, and never throwing itself. */
export function reasonOf(thrown: unknown): string {
  try {
    if (typeof thrown !== "object" || thrown === null) return String(thrown);
    const { message, name } = thrown as { readonly message?: unknown; readonly name?: unknown };
    if (typeof message === "string" && message !== "") return message;
    if (typeof name === "string" && name !== "") return name;
    return JSON.stringify(thrown) ?? "an object";
  } catch {
    return "an error without a text form";
  }
}

/** One fault of a graph: where it is and what is wrong there. */
export interface GraphProblem {
  /** The path of the fault, for example `steps.greet.routes.order`. */
  readonly path: string;
  /** What is wrong and what was expected. */
  readonly message: string;
}

/** A graph that cannot be run. It lists every problem of the graph at once. */
export class GraphError extends MisuseError {
  /** `"GRAPH_INVALID"` */
  readonly code = "GRAPH_INVALID";
  /** Every fault that was found. */
  readonly problems: readonly GraphProblem[];

  /** Makes the error of a graph from its name and its faults. */
  constructor(agent: string, problems: readonly GraphProblem[]) {
    const lines = problems.map(({ path, message }) => `\n- ${path}: ${message}`);
    super(`Cannot build agent ${quote(agent)}:${lines.join("")}`);
    this.problems = problems;
  }
}

/** An option or a schema that cannot be used. */
export class ConfigError extends MisuseError {
  /** `"CONFIG_INVALID"` */
  readonly code = "CONFIG_INVALID";
}

/** The guard of a route or a tool threw, or did not answer with a boolean. */
export class GuardError extends MisuseError {
  /** `"GUARD_FAILED"` */
  readonly code = "GUARD_FAILED";
}

/** A verdict about a tool call that does not wait for one. */
export class ApprovalError extends MisuseError {
  /** `"APPROVAL_INVALID"` */
  readonly code = "APPROVAL_INVALID";
}

/** An observer of the agent threw. */
export class ObserverError extends MisuseError {
  /** `"OBSERVER_FAILED"` */
  readonly code = "OBSERVER_FAILED";
}

/** A state that cannot be continued: malformed, of another version, or of another graph. */
export class StateError extends MisuseError {
  /** `"STATE_INVALID"` */
  readonly code = "STATE_INVALID";
  /** Where in the state the fault is, for example `events.3.type`; empty for the whole. */
  readonly path: string;

  /** Makes the error from the path of the fault and what was expected there. */
  constructor(path: string, message: string, options?: ErrorOptions) {
    super(`Cannot continue from state${path === "" ? "" : ` at "${path}"`}: ${message}`, options);
    this.path = path;
  }
}

/** A second turn was asked of a session that is in the middle of one. */
export class SessionBusyError extends MisuseError {
  /** `"SESSION_BUSY"` */
  readonly code = "SESSION_BUSY";
}

/** A turn was asked of a session that has ended. */
export class SessionEndedError extends MisuseError {
  /** `"SESSION_ENDED"` */
  readonly code = "SESSION_ENDED";
}

/** `resume()` was called on a session that waits for input: there is nothing to resume. */
export class SessionWaitingError extends MisuseError {
  /** `"SESSION_WAITING"` */
  readonly code = "SESSION_WAITING";
}

/** The arguments of a tool call do not satisfy the tool's schema. */
export class ToolArgumentsError extends RunError {
  /** `"TOOL_ARGUMENTS_INVALID"` */
  readonly code = "TOOL_ARGUMENTS_INVALID";
}

/** An agent that was called as a tool came to no result. */
export class AgentToolError extends RunError {
  /** `"AGENT_TOOL_FAILED"` */
  readonly code = "AGENT_TOOL_FAILED";
}

/** A tool took longer than its `timeout`. */
export class ToolTimeoutError extends RunError {
  /** `"TOOL_TIMEOUT"` */
  readonly code = "TOOL_TIMEOUT";
}

/** A tool gave a result that has no text or JSON form. */
export class ToolResultError extends RunError {
  /** `"TOOL_RESULT_INVALID"` */
  readonly code = "TOOL_RESULT_INVALID";
}

/**
 * Thrown by a tool to steer the model: what happened, and what to do instead.
 * It is an outcome, not a failure: it does not count towards `maxErrors`.
 *
 * @example
 * ```ts
 * import { RedirectError, Tool } from "@nomos/agent";
 * import * as v from "valibot";
 *
 * new Tool({
 *   name: "book_table",
 *   description: "Book a table",
 *   args: v.object({ people: v.number() }),
 *   run: ({ people }) => {
 *     if (people > 8) {
 *       throw new RedirectError("Groups above 8 are booked by phone", "Give them the number 555-0199");
 *     }
 *     return "booked";
 *   },
 * });
 * ```
 */
export class RedirectError extends ToolSignal {
  /** `"REDIRECT"` */
  readonly code = "REDIRECT";
  /** What the model is to do instead. */
  readonly instruction: string;

  /** Makes the signal from what happened and the instruction that follows from it. */
  constructor(message: string, instruction: string, options?: ErrorOptions) {
    super(message, options);
    this.instruction = instruction;
  }
}
