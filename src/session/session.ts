/**
 * One conversation with an agent.
 *
 * @module
 */
import { type PendingApproval, pendingApprovals } from "../history/call.ts";
import type { SessionEvent } from "../history/event.ts";
import type { SessionStatus } from "../history/position.ts";
import type { State } from "../history/state.ts";
import { freezeJson } from "../json/json.ts";
import type { Usage } from "../llm/llm.ts";
import { anything, checkOptions, wholeNumber } from "../schema/option_shape.ts";
import { captureState } from "../turn/capture_state.ts";
import type { CallVerdict, Command } from "../turn/command.ts";
import type { LiveSession } from "../turn/live_session.ts";
import type { Turn } from "../turn/turn.ts";
import type { StreamOptions, TurnOptions } from "../turn/turn_options.ts";
import type { TurnStream } from "../turn/turn_stream.ts";
import type { ForkOptions } from "./fork_session.ts";
import { splitOptions, startTurn, streamTurn } from "./start_turn.ts";

/** Creates the session of a live session. */
export let sessionOf: (live: LiveSession) => Session;
/** Returns the live session behind a session. */
export let liveSessionOf: (session: Session) => LiveSession;

/**
 * One conversation, created by `agent.createSession()` or opened by `agent.openSession()`.
 * One turn runs at a time. The page on sessions lists what happens in every case.
 *
 * @example
 * ```ts
 * import { Agent, decide, MockLLM } from "@nomos/agent";
 * import { assertEquals } from "@std/assert";
 *
 * const agent = new Agent({
 *   name: "greeter",
 *   llm: new MockLLM([decide.respond("Hello"), decide.end("Goodbye")]),
 *   start: "greet",
 *   steps: { greet: { description: "Greet the user" } },
 * });
 * const session = agent.createSession();
 * for await (const event of session.stream("Hi")) console.log(event.type);
 * const turn = await session.next("That is all");
 * assertEquals([turn.status, turn.response], ["ended", "Goodbye"]);
 * ```
 */
export class Session<out Result extends Turn = Turn> {
  readonly #live: LiveSession;

  // Private, because its declaration would load those of the whole engine into each type check.
  private constructor(live: LiveSession) {
    this.#live = live;
  }

  static {
    sessionOf = (live) => new Session(live);
    liveSessionOf = (session) => session.#live;
  }

  /** Id of the session. */
  get id(): string {
    return this.#live.id;
  }

  /** Current step. */
  get step(): Result["step"] {
    return this.#live.log.position.step as Result["step"];
  }

  /**
   * Status of the session, as last read from its log: {@linkcode Session.refresh} reads the store
   * again. It is `running` while a turn runs or waits here, or another process has a live lease.
   */
  get status(): SessionStatus {
    return this.#live.status;
  }

  /** Data of the session, as current as its `status`; frozen. */
  get data(): Result["data"] {
    return this.#live.data;
  }

  /**
   * Returns the data as they were after the event with that sequence number; frozen.
   *
   * @throws {ConfigError} if there is no such event, or the log is not loaded.
   * @throws {StateError} if they do not fit the agent's schema, and `migrateData` does not help.
   */
  dataAt(seq: number): Result["data"] {
    return this.#live.dataAfter(seq);
  }

  /** Session as JSON, built when it is read: `agent.createSession({ state })` continues it. */
  get state(): State {
    return captureState(this.#live)();
  }

  /** Tokens of all model calls of the session that reported them. */
  get usage(): Usage {
    return this.#live.counted.usage;
  }

  /** Price of all model calls of the session; undefined if the agent's `cost` knows none. */
  get cost(): number | undefined {
    return this.#live.counted.cost;
  }

  /**
   * Runs one turn. Without a command the model continues by itself: it greets the user, or finishes
   * an interrupted turn.
   *
   * @throws {SessionBusyError} if a turn is running.
   * @throws {SessionEndedError} if the session has ended.
   * @throws {StateError} if another release continued the session in a step this graph lacks.
   * @throws {SessionWaitingError} if there is nothing to resume.
   * @throws {ApprovalError} if the call does not wait for this verdict, or has another `hash`.
   * @throws {ApprovalExpiredError} if the tool's `expiresAfter` is over.
   * @throws {ConfigError} if the command is invalid.
   * @throws {LLMError} if the model failed; the session is `interrupted`, nothing is lost.
   * @throws {GuardError} if a guard failed; the session is `interrupted`.
   */
  next(command?: Command, options?: TurnOptions): Promise<Result> {
    return startTurn(this.#live, command, options).play(undefined) as Promise<Result>;
  }

  /**
   * Runs one turn and returns a stream of its committed events, and of deltas of the output
   * that is still arriving. The turn begins with the first read, and leaving the stream early
   * aborts it. `stream.turn` is a promise of the turn. Throws the same errors as `next`.
   */
  stream(command?: Command, options?: StreamOptions): TurnStream<Result> {
    return streamTurn(this.#live, command, options) as TurnStream<Result>;
  }

  /**
   * Finishes a turn that was interrupted or limited: runs its open calls, and does not
   * repeat finished ones. The same as `next({ resume: true })`.
   *
   * @throws {SessionWaitingError} if there is nothing to resume. Others: {@linkcode Session.next}.
   */
  resume(options?: TurnOptions): Promise<Result> {
    return this.next({ resume: true }, options);
  }

  /**
   * Stops the running turn, and waits until it has settled and its lease was released. Its calls
   * and child sessions stop as with the option `signal`, and `resume()` continues it. Returns false
   * if no turn ran. A turn of another process is stopped within about a second. The signals of its
   * tools and models abort with `reason`; by default, or from another process, with an
   * `AbortError`.
   *
   * @throws {StoreError} if another process runs the turn, and the store has no `requestStop`.
   */
  async interrupt(options: { readonly reason?: unknown } = {}): Promise<boolean> {
    checkOptions({ reason: anything }, options, "Cannot interrupt a turn");
    return await this.#live.interrupt(
      options.reason ?? new DOMException("The turn was interrupted", "AbortError"),
    );
  }

  /**
   * Reads what other processes appended to a stored session, and checks if one of them runs a turn,
   * so that `status`, `step` and `approvals` are current. Does nothing while a turn runs here.
   *
   * @throws {ConflictError} if the session was deleted, even if another one has its id now.
   * @throws {SessionDamagedError} if an entry that it reads is damaged.
   * @throws {StoreError} if the store fails.
   */
  async refresh(): Promise<void> {
    await this.#live.durability?.turns?.refresh();
  }

  /**
   * Calls that wait for approval, including those of child sessions. A verdict about one
   * may be passed even while other calls can run, before the status is `needs_approval`.
   */
  get approvals(): readonly PendingApproval[] {
    return pendingApprovals(this.#live.log.position.calls);
  }

  /**
   * Allows a call that waits for approval, and continues the turn. Each call needs its
   * own verdict: while others wait, the turn ends `needs_approval` again. With `args`, it
   * runs with these arguments instead. The same as `next({ approve: callKey, hash, args })`.
   *
   * @throws {ApprovalError} if the call does not wait for approval, or its hash is not `hash`.
   * @throws {ApprovalExpiredError} if the tool's `expiresAfter` is over.
   * @throws {ToolArgumentsError} if the tool's schema refuses `args`.
   */
  approve(
    callKey: string,
    options?: TurnOptions & Pick<CallVerdict, "hash" | "args">,
  ): Promise<Result> {
    return this.next(...splitOptions({ approve: callKey }, options));
  }

  /**
   * Refuses a call that waits for a verdict, and continues the turn; the model sees the
   * reason. The same as `next({ deny: callKey, reason, hash })`.
   *
   * @throws {ApprovalError} if the call does not wait for a verdict, or its hash is not `hash`.
   * @throws {ApprovalExpiredError} if the tool's `expiresAfter` is over.
   * @throws {ConfigError} if the reason is not text.
   */
  deny(
    callKey: string,
    reason: string,
    options?: TurnOptions & Pick<CallVerdict, "hash">,
  ): Promise<Result> {
    return this.next(...splitOptions({ deny: callKey, reason }, options));
  }

  /**
   * Records the result of a call that waits for a verdict, without running it, and
   * continues the turn. The same as `next({ settle: callKey, result, hash })`.
   *
   * @throws {ApprovalError} if the call does not wait for a verdict, or its hash is not `hash`.
   * @throws {ApprovalExpiredError} if the tool's `expiresAfter` is over.
   */
  settle(
    callKey: string,
    result: unknown,
    options?: TurnOptions & Pick<CallVerdict, "hash">,
  ): Promise<Result> {
    return this.next(...splitOptions({ settle: callKey, result }, options));
  }

  /**
   * Reruns a call that began and whose outcome is unknown, and continues the turn. The same as
   * `next({ retry: callKey, hash })`.
   *
   * @throws {ApprovalError} if the call does not wait for such a verdict, or its hash is not `hash`.
   */
  retry(
    callKey: string,
    options?: TurnOptions & Pick<CallVerdict, "hash">,
  ): Promise<Result> {
    return this.next(...splitOptions({ retry: callKey }, options));
  }

  /**
   * Records several verdicts atomically, all or none, and continues the turn. The same as
   * `next({ decideAll: verdicts })`. Throws the errors of the methods for single verdicts.
   *
   * @throws {ConfigError} if a verdict is invalid.
   */
  decideAll(verdicts: readonly CallVerdict[], options?: TurnOptions): Promise<Result> {
    return this.next({ decideAll: verdicts }, options);
  }

  /**
   * Reads the log, from the event with the sequence number `from`. Default: 0. Events are frozen.
   *
   * @throws {ConfigError} if `from` is not a whole number from 0.
   */
  async *events(
    options: { readonly from?: number } = {},
  ): AsyncGenerator<SessionEvent, void, void> {
    checkOptions({ from: wholeNumber(0) }, options, "Cannot read events");
    const { from = 0 } = options;
    const { log, durability } = this.#live;
    const events = durability?.events(from) ?? log.events.slice(from);
    for await (const event of events) yield freezeJson(event);
  }

  /**
   * Reads the whole log of a durable session. Call it before reading `state`, unless a turn has
   * read the whole log already; after a summary, turns do not.
   *
   * @throws {SessionDamagedError} if the log was changed since it was written.
   */
  async load(): Promise<void> {
    await this.#live.durability?.load();
  }

  /**
   * Creates a session with the same past, or with its first `at` events, to try another
   * way from there. The original is not changed. A durable fork is written to the same
   * store atomically.
   *
   * Calls that were started before the cut keep their `callKey`: if both sessions run such a call,
   * its tool receives the same key twice and can avoid a second effect. A call that waits, and one
   * of a `once` tool that has not started, waits in the fork under a request of its own, with
   * `alsoIn`. Child sessions are as they were at the cut. Events that were committed together are
   * never separated. The usage of the past counts towards the limits of the fork.
   *
   * @throws {ConfigError} if `at` is beyond the log, within a commit, or where an open child
   *   session can no longer be copied as it was; or if another option is invalid.
   * @throws {ConflictError} if the store has a session of that id, or the original was deleted.
   * @throws {StateError} if the past leads to a step that the graph lacks.
   */
  async fork(options: ForkOptions = {}): Promise<Session<Result>> {
    const { forkSession } = await import("./turn_code.ts");
    return sessionOf(await forkSession(this.#live, options)) as Session<Result>;
  }
}
