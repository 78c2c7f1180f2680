/**
 * The inside of a session: its log, its messages, and the lock of its turns.
 *
 * @module
 */
import { LimitTracker } from "../cost/limit_tracker.ts";
import type { Limits } from "../cost/limits.ts";
import type { UncountedUsage } from "../cost/session_usage.ts";
import { quote, SessionBusyError, SessionEndedError, SessionWaitingError } from "../errors.ts";
import type { Step } from "../graph/graph.ts";
import type { Durability } from "../history/durability.ts";
import type { Log } from "../history/log.ts";
import type { SessionStatus } from "../history/position.ts";
import type { AgentCore } from "./agent_core.ts";
import { checkCommand, type Command, isResume, verdictIn } from "./command.ts";
import type { Prompts } from "./prompts.ts";
import type { State } from "./state.ts";
import type { TurnWatch } from "./turn_watch.ts";

/**
 * Child sessions by the keys of their calls, in the order in which they began: live
 * ones as they are, finished ones as their state.
 */
export type Children = Map<string, LiveSession | State>;

/** Options of a {@linkcode LiveSession}. */
export interface LiveOptions {
  /** True if a turn began of which the log knows nothing. @default {false} */
  readonly isInterrupted?: boolean;
  /** Limits of the session. Default: the agent's. */
  readonly limits?: Limits | undefined;
  /** Store of its log. Default: in memory. */
  readonly durability?: Durability | undefined;
  /** Parent session, if this agent runs as a tool. */
  readonly parent?: LiveSession | undefined;
  /** Its child sessions. Default: none. */
  readonly children?: Children | undefined;
}

/** A session while it lives in this process. */
export class LiveSession {
  /** Last input as a vector, by its place in the log; for examples that are chosen by likeness. */
  query: { readonly at: number; readonly vector: readonly number[] } | undefined;
  /** Tracks its limits; absent without limits. */
  readonly tracker: LimitTracker | undefined;
  /** Limits of the session and its turns. */
  readonly limits: Limits | undefined;
  /** Store of its log; absent in memory. */
  readonly durability: Durability | undefined;
  /** Number of levels of agents that may run as tools below it. */
  readonly levels: number;
  /** Its child sessions; absent before the first, and in a store. */
  children: Children | undefined;
  /** Calls of child sessions that run, or ran last. */
  childCalls: readonly UncountedUsage[] = NO_CALLS;
  /** Its prompts; absent before the first request. */
  prompts: Prompts | undefined;
  /** Observers of the running turn. */
  watch: TurnWatch | undefined;
  #isBusy = false;
  /** Length of the log when the last turn began: if nothing came of it, it was interrupted. */
  #begunAt: number;

  constructor(
    readonly agent: AgentCore,
    readonly id: string,
    readonly context: unknown,
    readonly log: Log,
    { isInterrupted = false, limits = agent.usageLimits, durability, parent, children }:
      LiveOptions = {},
  ) {
    this.limits = limits;
    this.durability = durability;
    this.children = children;
    this.levels = parent === undefined
      ? agent.maxDepth
      : Math.min(parent.levels - 1, agent.maxDepth);
    if (limits !== undefined || parent?.tracker !== undefined) {
      this.tracker = new LimitTracker(limits ?? {}, this, agent.clock, parent?.tracker);
    }
    this.#begunAt = isInterrupted ? log.head : -1;
  }

  /** Current step. */
  get step(): Step {
    return this.agent.graph.steps.get(this.log.position.step)!;
  }

  /** Status between two turns. */
  get restingStatus(): Exclude<SessionStatus, "running"> {
    const { head, position: { status } } = this.log;
    const isSettled = status === "ended" || status === "needs_approval";
    return !isSettled && this.#begunAt === head ? "interrupted" : status;
  }

  /** Status of the session. */
  get status(): SessionStatus {
    return this.#isBusy ? "running" : this.restingStatus;
  }

  /** Takes the lock of a turn. */
  lock(command: unknown): void {
    checkCommand(command);
    if (this.#isBusy) {
      throw new SessionBusyError(
        `Cannot begin a turn of session ${quote(this.id)}: another one is running: ` +
          "wait until it has ended",
      );
    }
    this.#isBusy = true;
  }

  /**
   * Checks that a turn can begin with a command.
   *
   * @throws {SessionEndedError} if the session has ended.
   * @throws {SessionWaitingError} if there is nothing to resume.
   */
  checkBegin(command: Command | undefined): void {
    const { restingStatus: status } = this;
    if (status === "ended") {
      throw new SessionEndedError(
        `Cannot begin a turn of session ${quote(this.id)}: it has ended: create a new session`,
      );
    }
    if (isResume(command) && (status === "needs_approval" || status === "waiting")) {
      const reason = status === "waiting"
        ? "it waits for input: call next() with text"
        : "calls wait for approval: call approve() or deny()";
      throw new SessionWaitingError(`Cannot resume session ${quote(this.id)}: ${reason}`);
    }
  }

  /**
   * Begins a turn. One that begins with a verdict is not interrupted before that is
   * taken: it may be refused.
   */
  begin(command: Command | undefined, watch: TurnWatch | undefined): void {
    if (watch !== undefined) {
      this.watch = watch;
      this.log.onAppended = (events) => watch.committed(events);
    }
    if (verdictIn(command) === undefined) this.#begunAt = this.log.head;
    this.prompts?.beginTurn();
    this.tracker?.begin();
  }

  /** Releases the lock; `error` is what the turn threw. */
  end(error?: unknown): void {
    this.#isBusy = false;
    const { watch } = this;
    if (watch === undefined) return;
    this.watch = undefined;
    this.log.onAppended = undefined;
    const { restingStatus: status, step } = this;
    watch.end({ status, step: step.id, ...(error !== undefined && { error }) });
  }
}

const NO_CALLS: readonly UncountedUsage[] = Object.freeze([]);
