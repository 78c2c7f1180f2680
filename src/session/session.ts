/**
 * One conversation with an agent.
 *
 * @module
 */
import { type PendingApproval, pendingApprovals, type Verdict } from "../turn/approval.ts";
import { ConfigError, quote } from "../errors.ts";
import type { ForkOptions } from "./fork_session.ts";
import type { SessionEvent } from "../history/event.ts";
import type { SessionStatus } from "../history/position.ts";
import { Spending } from "../cost/spending.ts";
import type { State } from "./state.ts";
import type { LiveSession } from "../turn/live_session.ts";
import type { Usage } from "../llm/llm.ts";
import { drain, runTurn, type StreamPart, type TurnOptions } from "../turn/loop.ts";
import { noteState } from "../turn/session_state.ts";
import type { Turn } from "../turn/turn.ts";
import { TurnStream } from "../turn/turn_stream.ts";

/** The inside of a session, for the agent and the rooms that play it. */
export let liveSessionOf: (session: Session) => LiveSession;

/**
 * One conversation: its log and its position in the graph. Made by
 * `agent.createSession()`. One turn runs at a time.
 *
 * | what happens | what comes of it |
 * | --- | --- |
 * | MOVE to the same step | legal where the step has a route to itself; a `moved` event as for any |
 * | a step whose only action is MOVE | the model is asked all the same, with that one choice |
 * | END with a response | the response is the turn's, the session has ended |
 * | an output that is no legal decision | an `error` event; the next request is narrowed to the attempt |
 * | a turn on an ended session | `SessionEndedError` |
 * | a turn while another runs, also from a tool | `SessionBusyError` |
 * | a signal that is already aborted | the input is kept, no model is asked, `interrupted` |
 * | an abort while a model or a tool runs | `interrupted` at once; what comes later is dropped |
 * | a tool that was given up | its result says so; it is not called again |
 * | a stream broken off | `interrupted`; calls that run are given up, others wait for `resume()` |
 * | new input with calls left open | they are closed as given up |
 * | a stream never iterated | nothing |
 * | a model that throws | `LLMError`, `interrupted`; `resume()` asks again |
 * | a model that fails and says what that cost | the same, after a `model_failed` event |
 * | a limit of the agent or the session is reached | `limited`; calls not made yet wait for `resume()` |
 * | a limit is reached while an answer arrives | it is cut off, what it cost is estimated, `limited` |
 * | an observer that throws | `ObserverError`, `interrupted`; what was committed stays |
 * | a guard that throws, or gives no boolean | `GuardError`, `interrupted`; `resume()` asks it again |
 * | guards that leave nothing legal | `limited`, reason `stuck` |
 * | a tool that changes its arguments | changes its own copy |
 * | a fork in the middle of a turn | `interrupted`; calls begun before the cut keep their keys |
 * | an agent that is a tool asks a person | `needs_approval`; its calls are among `approvals` |
 * | the turn of an agent that is a tool throws | so does this one; `resume()` goes on there |
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
export class Session<StepId extends string = string> {
  readonly #live: LiveSession;

  static {
    liveSessionOf = (session) => session.#live;
  }

  /** Made by an agent. */
  constructor(live: LiveSession) {
    this.#live = live;
  }

  /** The name of the session. */
  get id(): string {
    return this.#live.id;
  }

  /** The current step. */
  get step(): StepId {
    return this.#live.log.position.step as StepId;
  }

  /** Where the session stands. */
  get status(): SessionStatus {
    return this.#live.status;
  }

  /** The session as JSON: `agent.createSession({ state })` continues it. Put together when it is read. */
  get state(): State {
    this.#checkWhole();
    return noteState(this.#live)();
  }

  /** The tokens of all model calls of the session that reported them. */
  get usage(): Usage {
    this.#checkWhole();
    return Spending.of(this.#live.log.events).usage;
  }

  /** What all model calls of the session cost; undefined if the agent's `cost` knew of none. */
  get cost(): number | undefined {
    this.#checkWhole();
    return Spending.of(this.#live.log.events).cost;
  }

  /**
   * Runs one turn. Without input the model is asked to go on by itself: to greet,
   * or to finish what was interrupted.
   *
   * @throws {SessionBusyError} if a turn is running.
   * @throws {SessionEndedError} if the session has ended.
   * @throws {LLMError} if the model failed; the session is `interrupted`, nothing is lost.
   * @throws {GuardError} if a guard failed; the session is `interrupted`.
   */
  next(input?: string, options?: TurnOptions): Promise<Turn<StepId>> {
    return drain(runTurn(this.#live, input, options)) as Promise<Turn<StepId>>;
  }

  /**
   * Runs one turn and hands out its events as they are committed, and between
   * them, from a model that streams, deltas of what is still arriving; the
   * generator returns the {@linkcode Turn}. It begins at the first `next()`: a
   * stream that is never iterated changes nothing. A model is read no faster than
   * the stream. Breaking off, also while a `next()` waits, ends the request to the
   * model and leaves the session `interrupted`. Throws what {@linkcode Session.next} throws.
   *
   * @example
   * ```ts
   * import { Agent, decide, MockLLM } from "@nomos/agent";
   * import { assertEquals } from "@std/assert";
   *
   * const agent = new Agent({
   *   name: "greeter",
   *   llm: new MockLLM([decide.respond("Good morning")], { chunkLength: 8 }),
   *   start: "greet",
   *   steps: { greet: { description: "Greet the user" } },
   * });
   * let shown = "";
   * for await (const part of agent.createSession().stream("Hi")) {
   *   if (part.type === "delta" && part.field === "response") shown += part.text;
   *   if (part.type === "restart" || part.type === "error") shown = "";
   * }
   * assertEquals(shown, "Good morning");
   * ```
   */
  stream(input?: string, options?: TurnOptions): AsyncGenerator<StreamPart, Turn<StepId>, void> {
    return new TurnStream(this.#live, input, options) as unknown as AsyncGenerator<
      StreamPart,
      Turn<StepId>,
      void
    >;
  }

  /**
   * Finishes a turn that was interrupted or limited: the input is not repeated,
   * finished tools are not called again, calls left open are.
   *
   * @throws {SessionWaitingError} if there is nothing to resume, and what {@linkcode Session.next} throws.
   */
  resume(options?: TurnOptions): Promise<Turn<StepId>> {
    return drain(runTurn(this.#live, undefined, options, RESUME)) as Promise<Turn<StepId>>;
  }

  /**
   * The calls that wait for a person, those of agents that are tools among them. The
   * status is `needs_approval` once nothing else is left to do; until then they may
   * be decided as well.
   */
  get approvals(): readonly PendingApproval[] {
    return pendingApprovals(this.#live);
  }

  /**
   * Allows a call that waits for approval, and goes on with the turn. Each call
   * is decided by itself, once: while others wait, the turn ends `needs_approval`
   * again. A call that was running when the process died is run again.
   *
   * @throws {ApprovalError} if the call does not wait, or `hash` is given and is another one's.
   */
  approve(
    callKey: string,
    options: TurnOptions & { readonly hash?: string } = {},
  ): Promise<Turn<StepId>> {
    return this.#decide({ kind: "approved", callKey, hash: options.hash }, options);
  }

  /**
   * Refuses a call that waits for approval, and goes on with the turn; the model
   * is told the reason.
   *
   * @throws {ApprovalError} if the call does not wait.
   * @throws {ConfigError} if the reason is no text.
   */
  deny(callKey: string, reason: string, options?: TurnOptions): Promise<Turn<StepId>> {
    return this.#decide({ kind: "denied", callKey, reason }, options);
  }

  /**
   * Says what came of a call that waits, without running it, and goes on with the
   * turn: for a call that was running when the process died, or was made by hand.
   *
   * @throws {ApprovalError} if the call does not wait.
   */
  settle(callKey: string, result: unknown, options?: TurnOptions): Promise<Turn<StepId>> {
    return this.#decide({ kind: "settled", callKey, result }, options);
  }

  #decide(verdict: Verdict, options: TurnOptions | undefined): Promise<Turn<StepId>> {
    return drain(runTurn(this.#live, undefined, options, { verdict })) as Promise<Turn<StepId>>;
  }

  /**
   * Reads the log, from the event with the sequence number `from`. Default: from
   * the beginning. It ends with the last event there is when it gets there.
   *
   * @throws {ConfigError} if `from` is no whole number from 0.
   */
  async *events(
    options: { readonly from?: number } = {},
  ): AsyncGenerator<SessionEvent, void, void> {
    const { from = 0 } = options;
    if (!Number.isSafeInteger(from) || from < 0) {
      throw new ConfigError(`Cannot read events from ${from}: expected a whole number from 0`);
    }
    const { log: { events }, durability } = this.#live;
    if (durability !== undefined) return yield* durability.events(from);
    for (let at = from; at < events.length; at++) yield events[at]!;
  }

  /**
   * Reads the whole log of a durable session, which a turn does by itself; until
   * then its `state`, `usage` and `cost` are not known.
   *
   * @throws {SessionDamagedError} if the log is not as it was written.
   */
  async load(): Promise<void> {
    await this.#live.durability?.load();
  }

  /**
   * A new session with the same past, or with the first `at` events of it: to try
   * another way from there. The original is not changed, and both go on by
   * themselves. It is kept where the original is: a durable fork is written to the
   * same store, all of it or as if it had never been; one whose process died in
   * between is refused as damaged, until it is deleted.
   *
   * It stands where its events lead: in the middle of a turn it is `interrupted`,
   * with calls that wait for a person it is `needs_approval`. Calls that were
   * begun before the cut keep their `callKey`: if both sessions finish such a call,
   * its tool gets the same key twice, so that a receiver that heeds it acts once.
   * Later calls have keys of their own session. What is committed together may be
   * cut apart, as a decision from its move, or a verdict from the call it allows:
   * the next turn without input finishes that first, as it would have been.
   *
   * What the past has spent counts for the limits of the fork too.
   *
   * @throws {ConfigError} if `at` is no whole number from 0 to the end of the log, or an option is not usable.
   * @throws {ConflictError} if the store has a session of that id.
   * @throws {StateError} if the past leads to a step that the graph lacks.
   *
   * @example Another answer to the same question
   * ```ts
   * import { Agent, decide, MockLLM } from "@nomos/agent";
   * import { assertEquals } from "@std/assert";
   *
   * const agent = new Agent({
   *   name: "adviser",
   *   llm: new MockLLM([decide.respond("Tea"), decide.respond("Coffee")]),
   *   start: "advise",
   *   steps: { advise: { description: "Say what to drink" } },
   * });
   * const session = agent.createSession();
   * await session.next("Tea or coffee?");
   * const fork = await session.fork({ at: 1 });
   * assertEquals([fork.status, (await fork.resume()).response], ["interrupted", "Coffee"]);
   * assertEquals(session.state.events.length, fork.state.events.length);
   * ```
   */
  async fork(options: ForkOptions = {}): Promise<Session<StepId>> {
    // Loaded when a first session is forked.
    const { forkSession } = await import("./fork_session.ts");
    return new Session(await forkSession(this.#live, options));
  }

  #checkWhole(): void {
    if (this.#live.log.isWhole) return;
    throw new ConfigError(
      `Cannot tell the state of session ${quote(this.id)}: its log was not read yet: ` +
        "expected load() or a turn before",
    );
  }
}

const RESUME = { isResume: true };
