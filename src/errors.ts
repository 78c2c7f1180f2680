/**
 * Errors of the core, in three families: developer mistakes ({@linkcode MisuseError}),
 * failures of a run ({@linkcode RunError}), and signals that a tool throws on purpose
 * ({@linkcode ToolSignal}). Every error has a stable `code`, keeps its `cause`, and
 * holds no live objects.
 *
 * @module
 */

/**
 * Base class of all errors of the framework.
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
  /** Stable identifier of the condition, for programs to compare. */
  abstract readonly code: string;
  /** Name of the class. */
  override get name(): string {
    return this.constructor.name;
  }
}

/** Base class of developer mistakes: correct the program instead of catching them. */
export abstract class MisuseError extends AgentError {}

/** Base class of failures for reasons outside the program. */
export abstract class RunError extends AgentError {}

/** Base class of signals that a tool throws on purpose, to steer the conversation. */
export abstract class ToolSignal extends AgentError {}

/** Formats a value for a message: text in quotes, cut to 100 characters; an object by its kind. */
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

/** Formats what a synchronous function of the author returned; a promise is never unhandled. */
export function quoteReturned(value: unknown): string {
  if (!(value instanceof Promise)) return quote(value);
  value.catch(() => {});
  return "a promise";
}

/** Returns the message of a thrown value of any type, without a stack. Never throws. */
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

/** One problem of a graph. */
export interface GraphProblem {
  /** Path of the problem, for example `steps.greet.routes.order`. */
  readonly path: string;
  /** Description of the problem, and the expected value. */
  readonly message: string;
}

/** Thrown if a graph is invalid. Lists every problem at once. */
export class GraphError extends MisuseError {
  /** `"GRAPH_INVALID"` */
  readonly code = "GRAPH_INVALID";
  /** All problems that were found. */
  readonly problems: readonly GraphProblem[];

  /** Creates the error; `agent` is the agent's name. */
  constructor(agent: string, problems: readonly GraphProblem[]) {
    const lines = problems.map(({ path, message }) => `\n- ${path}: ${message}`);
    super(`Cannot build agent ${quote(agent)}:${lines.join("")}`);
    this.problems = problems;
  }
}

/** Thrown if an option, an argument or a schema is invalid. */
export class ConfigError extends MisuseError {
  /** `"CONFIG_INVALID"`, or `"API_KEY_MISSING"` if a model has no API key. */
  readonly code: "CONFIG_INVALID" | "API_KEY_MISSING";

  /** Creates the error. */
  constructor(
    message: string,
    options?: ErrorOptions & { readonly code?: "API_KEY_MISSING" | undefined },
  ) {
    super(message, options);
    this.code = options?.code ?? "CONFIG_INVALID";
  }
}

/**
 * Thrown if a guard or `needsApproval` threw or did not return a boolean, or if the function of a
 * text threw or did not return text.
 */
export class GuardError extends MisuseError {
  /** `"GUARD_FAILED"` */
  readonly code = "GUARD_FAILED";
}

/** Thrown if a verdict is about a tool call that does not wait for one. */
export class ApprovalError extends MisuseError {
  /** `"APPROVAL_INVALID"` */
  readonly code = "APPROVAL_INVALID";
}

/** Thrown if a verdict arrives after the tool's `expiresAfter`. The session is not changed. */
export class ApprovalExpiredError extends RunError {
  /** `"APPROVAL_EXPIRED"` */
  readonly code = "APPROVAL_EXPIRED";
}

/** Passed to the agent's option `onObserverError` if an observer threw. */
export class ObserverError extends MisuseError {
  /** `"OBSERVER_FAILED"` */
  readonly code = "OBSERVER_FAILED";
}

/** Thrown if a state cannot be continued: it is malformed, too new, or of another graph. */
export class StateError extends MisuseError {
  /** `"STATE_INVALID"` */
  readonly code = "STATE_INVALID";
  /** Path of the problem in the state, for example `events.3.type`; empty for the whole state. */
  readonly path: string;

  /** Creates the error; `message` describes the problem at `path`. */
  constructor(path: string, message: string, options?: ErrorOptions) {
    super(`Cannot continue from state${path === "" ? "" : ` at "${path}"`}: ${message}`, options);
    this.path = path;
  }
}

/** Thrown if a turn is started while another turn of the session is running. */
export class SessionBusyError extends MisuseError {
  /** `"SESSION_BUSY"` */
  readonly code = "SESSION_BUSY";
}

/** Thrown if a turn is started in a session that has ended. */
export class SessionEndedError extends MisuseError {
  /** `"SESSION_ENDED"` */
  readonly code = "SESSION_ENDED";
}

/** Thrown by `resume()` if there is nothing to resume: the session waits for input or approval. */
export class SessionWaitingError extends MisuseError {
  /** `"SESSION_WAITING"` */
  readonly code = "SESSION_WAITING";
}

/** Thrown if the arguments of a tool call do not satisfy the tool's schema. */
export class ToolArgumentsError extends RunError {
  /** `"TOOL_ARGUMENTS_INVALID"` */
  readonly code = "TOOL_ARGUMENTS_INVALID";
}

/** Thrown if an agent that was called as a tool has no result. */
export class AgentToolError extends RunError {
  /** `"AGENT_TOOL_FAILED"` */
  readonly code = "AGENT_TOOL_FAILED";
}

/** Thrown if a tool takes longer than its `timeout`. */
export class ToolTimeoutError extends RunError {
  /** `"TOOL_TIMEOUT"` */
  readonly code = "TOOL_TIMEOUT";
}

/**
 * Thrown by a tool to instruct the model: why the call was not done, and what to do
 * instead. Not a failure: it does not count towards `maxErrors`.
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
  /** Instruction to the model: what to do instead. */
  readonly instruction: string;

  /** Creates the signal; `message` is the reason, `instruction` what to do instead. */
  constructor(message: string, instruction: string, options?: ErrorOptions) {
    super(message, options);
    this.instruction = instruction;
  }
}
