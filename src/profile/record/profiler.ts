/**
 * Observer that profiles the turns of an agent.
 *
 * @module
 */
import type { CostOf } from "../../cost/call_usage.ts";
import { checkOptions, FUNCTION } from "../../llm/option_rules.ts";
import { childIdOf } from "../../history/session_name.ts";
import type { ObservedTurn, Observer, TurnObserver } from "../../turn/observer.ts";
import type { TimelineSegment } from "../draw/timeline.ts";
import type { AgentProfile } from "../report/agent_profile.ts";
import { TokenCounter } from "../attribute/call_tokens.ts";
import { ProfileBuilder } from "../attribute/profile_builder.ts";
import type { RecordedCall, TurnRecord } from "./turn_record.ts";
import { TurnRecorder } from "./turn_recorder.ts";
import type { WasteFinder } from "../attribute/waste.ts";

/** Options of a {@linkcode Profiler}. */
export interface ProfilerOptions {
  /**
   * Returns the price of a model call, as the agent's option `cost`. It prices the parts of a call.
   * Default: parts are priced by their tokens alone.
   */
  readonly cost?: CostOf;
  /** Returns the time, in milliseconds. It must never step back. Default: `performance.now()`. */
  readonly now?: () => number;
}

/**
 * Observer that profiles turns: pass it to the option `observers` of an agent, and of agents that
 * it calls as tools, then read {@linkcode Profiler.profile}. Its cost per decision does not grow
 * with the length of a conversation. It keeps every turn, so it is for measurements, not for a
 * server that runs for weeks.
 *
 * @example Time and tokens of a conversation
 * ```ts
 * import { Agent, decide, MockLLM } from "@nomos/agent";
 * import { formatProfile, Profiler } from "@nomos/agent/profile";
 * import { assertEquals } from "@std/assert";
 *
 * const profiler = new Profiler();
 * const agent = new Agent({
 *   name: "greeter",
 *   llm: new MockLLM([decide.respond("Hello")]),
 *   observers: [profiler],
 *   start: "greet",
 *   steps: { greet: { description: "Greet the user" } },
 * });
 * await agent.createSession().next("Hi");
 * const profile = profiler.profile();
 * assertEquals(profile.figures.model_calls, 1);
 * console.log(formatProfile(profile));
 * ```
 */
export class Profiler implements Observer {
  readonly #now: () => number;
  readonly #costOf: CostOf | undefined;
  readonly #sessions = new Map<string, ProfiledSession>();
  /** Segments of the sessions of tools that run, by their ids. */
  readonly #open = new Map<string, TimelineSegment[]>();
  readonly #builder = new ProfileBuilder();
  #agent = "";

  /**
   * Creates a profiler without turns.
   *
   * @throws {ConfigError} if an option is invalid.
   */
  constructor(options: ProfilerOptions = {}) {
    checkOptions("create a profiler", options, { cost: FUNCTION, now: FUNCTION });
    const { cost, now = () => performance.now() } = options;
    this.#costOf = cost;
    this.#now = now;
  }

  /** Called when a turn starts. */
  beginTurn(turn: ObservedTurn): TurnObserver {
    const parent = this.#open.get(turn.sessionId);
    if (parent === undefined && this.#agent === "") this.#agent = turn.agent;
    return new TurnRecorder(turn, {
      now: this.#now,
      onRecord: (record, calls) => this.#add(record, calls, parent),
      openChild: (id) => this.#open.set(id, []),
      closeChild: (id) => {
        const segments = this.#open.get(id) ?? [];
        this.#open.delete(id);
        return segments;
      },
    });
  }

  /** Adds a turn; `parent` has the segments of its session if its agent runs as a tool. */
  #add(
    record: TurnRecord,
    recorded: readonly RecordedCall[],
    parent: TimelineSegment[] | undefined,
  ): void {
    const { turn: { agent, sessionId, incarnation }, segments, events } = record;
    const session = this.#openSession(sessionId, events[0]?.event.seq ?? 0);
    const calls = recorded.map((call) => session.tokens.count(call));
    const isChild = parent !== undefined;
    this.#builder.add({ record, calls, ...(isChild && { agent }) }, session.waste);
    const name = { id: sessionId, incarnation };
    for (const { event } of events) {
      if (event.type === "decision") session.decision = event.seq;
      if (!("modelCalls" in event)) continue;
      // A request for approval has the key of the child's call.
      const child = childIdOf(name, session.decision, event.call);
      if (!this.#sessions.has(child)) this.#builder.addChild(event);
    }
    if (isChild) { for (const segment of segments) parent.push({ agent, ...segment }); }
  }

  #openSession(id: string, pastEvents: number): ProfiledSession {
    let session = this.#sessions.get(id);
    if (session === undefined) {
      const tokens = new TokenCounter(this.#costOf, pastEvents);
      session = { tokens, waste: this.#builder.openWaste(), decision: -1 };
      this.#sessions.set(id, session);
    }
    return session;
  }

  /** Returns the profile of the turns that are over. */
  profile(): AgentProfile {
    return this.#builder.build({ agent: this.#agent, source: "real", unknown: [] });
  }
}

/** Session whose turns are profiled. */
interface ProfiledSession {
  readonly tokens: TokenCounter;
  readonly waste: WasteFinder;
  /** Sequence number of its last decision; -1 if there is none. */
  decision: number;
}
