/**
 * The live session: log, prompts and children of a session, and the lock of its turns.
 *
 * @module
 */
import type { LimitTracker } from "../cost/limit_tracker.ts";
import { type Limits, withDefaultLimits } from "../cost/limits.ts";
import { ConfigError, quote, SessionBusyError } from "../errors.ts";
import { requireStep, type Step } from "../graph/graph.ts";
import type { Durability } from "../history/durability.ts";
import type { EventDraft } from "../history/event.ts";
import { type Log, makeNotLoadedError } from "../history/log.ts";
import { Position, type SessionStatus } from "../history/position.ts";
import { RunningTurn } from "../history/running_turn.ts";
import type { SessionName } from "../history/session_name.ts";
import type { SessionUsage } from "../history/session_usage.ts";
import type { State, StateOwner } from "../history/state.ts";
import type { JsonObject } from "../json/json.ts";
import type { GuardContext } from "../tool/tool_context.ts";
import type { AgentCore } from "./agent_core.ts";
import type { ViewState } from "./compaction/view_state.ts";
import type { Prompts } from "./request/prompts.ts";
import { NO_DATA, readInitialData, readStoredData } from "./session_data.ts";
import type { Out, StreamPart } from "./stream_part.ts";
import type { TurnObservers } from "./turn_observers.ts";

/**
 * Child sessions by the keys of their calls, in the order in which they were created;
 * a finished one is kept as its state, for forks.
 */
export type Children = Map<string, LiveSession | State>;

/** Options of a {@linkcode LiveSession}. */
export interface LiveOptions {
  /** True if the last turn was interrupted before its first event. @default {false} */
  readonly isInterrupted?: boolean;
  /** Random text in its call keys. Default: none, as in child sessions. */
  readonly incarnation?: string | undefined;
  /** Data with which it begins, as the schema returns them. Default: the defaults of the schema. */
  readonly initialData?: JsonObject | undefined;
  /** Limits of the session. Default: the agent's. */
  readonly limits?: Limits | undefined;
  /** Store of its log. Default: in memory. */
  readonly durability?: Durability | undefined;
  /** Parent session, if this agent runs as a tool. */
  readonly parent?: LiveSession | undefined;
  /** Its child sessions. Default: none. */
  readonly children?: Children | undefined;
  /**
   * True if its state includes child sessions of finished calls.
   *
   * @default {false}
   */
  readonly keepsChildren?: boolean | undefined;
}

/** Shared, to save memory in idle sessions. */
const NO_TURNS: readonly RunningTurn[] = Object.freeze([]);

/** Session in this process, behind the public `Session`. */
export class LiveSession implements SessionName {
  /** Embedding of the last input and its place in the log; for the choice of similar examples. */
  inputEmbedding: { readonly at: number; readonly vector: readonly number[] } | undefined;
  /** Events of embeddings that are not committed yet; undefined if there are none. */
  embedded: EventDraft<"embedded">[] | undefined;
  /** Tracker of the limits of the running turn; undefined if none is running. */
  tracker: LimitTracker | undefined;
  /** Reader of the parts of child sessions; undefined if the stream does not include them. */
  childOut: Out<StreamPart> | undefined;
  /** Random text in its call keys; undefined for a child, and if version 1 or 2 made it. */
  readonly incarnation: string | undefined;
  /** True if its state includes child sessions of finished calls. */
  readonly keepsChildren: boolean;
  /** Limits of the session and its turns. */
  readonly limits: Limits;
  /** Store of its log; undefined in memory. */
  readonly durability: Durability | undefined;
  /** Its child sessions; undefined before the first, and if they are in a store. */
  children: Children | undefined;
  /** Its prompts; undefined before the first request. */
  prompts: Prompts | undefined;
  /** Estimates of the sizes of its requests; undefined if they were never needed. */
  view: ViewState | undefined;
  /** Observers of the running turn; undefined if there are none. */
  observers: TurnObservers | undefined;
  /** Errors that tools of the last turn threw, by the keys of their calls; undefined if none did. */
  thrown: Map<string, unknown> | undefined;
  /** True if the last turn failed with an error. */
  hasFailed = false;
  /** Parent session, if this agent runs as a tool. */
  readonly parent: LiveSession | undefined;
  /** Data with which it begins, as the schema returns them; undefined until they are needed. */
  initialData: JsonObject | undefined;
  /** Recorded data, and their form by the schema; undefined until they are read. */
  #data: { readonly stored: JsonObject | undefined; readonly read: JsonObject } | undefined;
  /** Turns of this object that run or wait. */
  #turns: readonly RunningTurn[] = NO_TURNS;
  /** Length of the log when the last turn began. If it has not grown, the turn was interrupted. */
  #begunAt: number;

  constructor(
    readonly agent: AgentCore,
    readonly id: string,
    readonly context: unknown,
    readonly log: Log,
    options: LiveOptions = {},
  ) {
    const { isInterrupted = false, incarnation, initialData, limits } = options;
    const { durability, parent, children, keepsChildren } = options;
    this.incarnation = incarnation;
    this.keepsChildren = keepsChildren ?? parent?.keepsChildren ?? false;
    this.limits = limits === undefined ? agent.usageLimits : withDefaultLimits(limits);
    this.parent = parent;
    this.durability = durability;
    this.children = children;
    this.#begunAt = isInterrupted ? log.head : -1;
    this.initialData = initialData;
    // Data that do not fit are refused before a turn runs.
    void this.data;
  }

  /**
   * Data of the session, in the form of the agent's schema; frozen.
   *
   * @throws {StateError} with the path, if the recorded data do not fit.
   * @throws {ConfigError} if it has no data yet, and the schema has no defaults.
   */
  get data(): JsonObject {
    const { data: stored } = this.log.position;
    if (this.agent.graph.data === undefined) return NO_DATA;
    if (this.#data === undefined || this.#data.stored !== stored) {
      this.#data = { stored, read: this.readData(stored) };
    }
    return this.#data.read;
  }

  /** Returns recorded data in the form of the agent's schema; the first data if none are recorded. */
  readData(stored: JsonObject | undefined): JsonObject {
    if (stored !== undefined) return readStoredData(this.agent, stored);
    const attempt = `Cannot create session ${quote(this.id)}`;
    return this.initialData ??= readInitialData(this.agent, undefined, attempt);
  }

  /**
   * Returns the data after the event with that sequence number.
   *
   * @throws {ConfigError} if there is no such event, or the log is not loaded.
   */
  dataAfter(seq: number): JsonObject {
    if (!this.log.isWhole) throw makeNotLoadedError("past data", this.id);
    const { events, head } = this.log;
    if (!Number.isSafeInteger(seq) || seq < 0 || seq >= head) {
      throw new ConfigError(
        `Cannot read the data of session ${quote(this.id)} after event ${
          quote(seq)
        }: expected the ` +
          `sequence number of one of its ${head} events`,
      );
    }
    if (this.agent.graph.data === undefined) return NO_DATA;
    const position = new Position("");
    for (const event of events.slice(0, seq + 1)) position.apply(event);
    return this.readData(position.data);
  }

  /** Argument of guards and dynamic texts. */
  get guardContext(): GuardContext {
    const { data, context, id: sessionId, step: { id: step } } = this;
    return { data, context, sessionId, step };
  }

  /** Number of levels of child sessions that may still be created below this session. */
  get remainingLevels(): number {
    const { agent: { maxDepth }, parent } = this;
    return parent === undefined ? maxDepth : Math.min(parent.remainingLevels - 1, maxDepth);
  }

  /**
   * Current step.
   *
   * @throws {StateError} if the agent lacks it, because another release continued the session.
   */
  get step(): Step {
    return requireStep(this.agent.graph, this.log.position.step);
  }

  /** Fields of its state that identify the session and its agent. */
  get owner(): StateOwner {
    const { agent: { name: agent }, id: sessionId, incarnation } = this;
    return { agent, sessionId, ...(incarnation !== undefined && { incarnation }) };
  }

  /** Usage of the whole log, except of running child sessions. */
  get counted(): SessionUsage {
    return this.log.position.usage;
  }

  /** Status if no turn is running. */
  get restingStatus(): Exclude<SessionStatus, "running"> {
    const { head, position: { status } } = this.log;
    const isSettled = status === "ended" || status === "needs_approval";
    return !isSettled && this.#begunAt === head ? "interrupted" : status;
  }

  /** Status of the session. */
  get status(): SessionStatus {
    const isRunning = this.#turns.length > 0 || this.durability?.turns?.isRunningElsewhere;
    return isRunning ? "running" : this.restingStatus;
  }

  /**
   * Acquires the lock for a turn, or a place in the queue of a stored session.
   *
   * @throws {SessionBusyError} if a turn is running, and this one may not wait.
   */
  lock(): RunningTurn {
    if (this.#turns.length > 0 && !this.durability?.turns?.canWait) {
      throw new SessionBusyError(
        `Cannot start a turn of session ${quote(this.id)}: another turn is running: ` +
          "await it first, or stop it with interrupt()",
      );
    }
    const turn = new RunningTurn();
    this.durability?.turns?.enter(turn);
    this.#turns = [...this.#turns, turn];
    return turn;
  }

  /** Finds the turn of the input with an id, if it runs or waits in this process. */
  findTurn(inputId: string): RunningTurn | undefined {
    const turns = this.durability?.turns?.entered ?? this.#turns;
    return turns.find(({ input }) => input?.id === inputId);
  }

  /** Releases the lock of a turn. */
  unlock(turn: RunningTurn): void {
    const rest = this.#turns.filter((one) => one !== turn);
    this.#turns = rest.length === 0 ? NO_TURNS : rest;
    turn.end();
  }

  /** Stops the running turn, and waits for its end. Returns false if none runs. */
  async interrupt(reason: unknown): Promise<boolean> {
    const stored = this.durability?.turns;
    if (stored !== undefined) return await stored.interrupt(reason);
    const [turn] = this.#turns;
    turn?.interrupt(reason);
    await turn?.settled;
    return turn !== undefined;
  }

  /** Passes events and work of a turn to its observers from now on; undefined for none. */
  observe(observers: TurnObservers | undefined): void {
    this.observers = observers;
    this.log.onAppended = observers && ((events) => observers.onEvents(events));
    this.log.onWork = observers?.onWork;
  }

  /** Starts a turn whose command is recorded; `from` is the sequence number of its first event. */
  begin(from: number, tracker: LimitTracker): void {
    this.#begunAt = from;
    this.thrown = undefined;
    this.prompts?.beginTurn();
    this.tracker = tracker;
  }

  /** Ends a turn. */
  end(hasFailed: boolean): void {
    this.tracker?.count();
    if (this.tracker !== undefined) this.hasFailed = hasFailed;
    this.tracker = undefined;
  }
}
