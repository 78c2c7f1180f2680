/**
 * Observer that profiles the turns of an agent.
 *
 * @module
 */
import type { CostOf } from "../cost/call_usage.ts";
import { checkOptions, FUNCTION } from "../llm/option_rules.ts";
import type { ObservedTurn, Observer, TurnObserver } from "../turn/observer.ts";
import type { AgentProfile } from "./agent_profile.ts";
import { ProfileBuilder } from "./attribute/profile_builder.ts";
import { RequestMeter } from "./attribute/request_meter.ts";
import type { TimelineSegment } from "./draw/timeline.ts";
import { TurnRecorder } from "./record/turn_recorder.ts";

/** Options of a {@linkcode Profiler}. */
export interface ProfilerOptions {
  /**
   * Returns the price of a model call, as the agent's option `cost`. It prices the parts of a call.
   * Default: parts are priced by their tokens alone.
   */
  readonly cost?: CostOf;
  /** Returns the time, in milliseconds. If it steps back, no time passes. Default: `performance.now()`. */
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
  readonly #builder: ProfileBuilder;
  /** Segments of the sessions of tools that run, by their ids. */
  readonly #children = new Map<string, TimelineSegment[]>();
  #agent = "";

  /**
   * Creates a profiler without turns.
   *
   * @throws {ConfigError} if an option is invalid.
   */
  constructor(options: ProfilerOptions = {}) {
    checkOptions("create a profiler", options, { cost: FUNCTION, now: FUNCTION });
    const { cost, now = () => performance.now() } = options;
    let latest = -Infinity;
    this.#now = () => latest = Math.max(latest, now());
    this.#builder = new ProfileBuilder({
      cost,
      createMeter: ({ events }) => {
        const meter = new RequestMeter(events[0]?.event.seq ?? 0);
        return { measure: ({ request }) => meter.measure(request!) };
      },
    });
  }

  /** Called when a turn starts. */
  beginTurn(turn: ObservedTurn): TurnObserver {
    const children = this.#children;
    // The segments of a child session belong to the call of its parent.
    const parent = children.get(turn.sessionId);
    if (parent === undefined && this.#agent === "") this.#agent = turn.agent;
    return new TurnRecorder(turn, {
      now: this.#now,
      children,
      onRecord: (record) => {
        const segments = this.#builder.add(record, parent !== undefined);
        for (const segment of segments) parent?.push({ agent: turn.agent, ...segment });
      },
    });
  }

  /** Returns the profile of the turns that are over. */
  profile(): AgentProfile {
    return this.#builder.build({ agent: this.#agent, source: "real", unknown: [] });
  }
}
