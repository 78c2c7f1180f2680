/**
 * Observer that profiles the turns of an agent.
 *
 * @module
 */
import config from "../../../deno.json" with { type: "json" };
import type { CostOf } from "../../cost/call_usage.ts";
import type { ChildUsage } from "../../history/event.ts";
import { childIdOf } from "../../history/session_name.ts";
import type { ObservedTurn, Observer, TurnObserver } from "../../turn/observer.ts";
import type { TimelineSegment } from "../draw/timeline.ts";
import type { AgentProfile, PartRow, TurnProfile, WasteKind } from "./agent_profile.ts";
import { MONEY_UNITS } from "./attribute_tokens.ts";
import { TokenCounter } from "./call_tokens.ts";
import { Sum } from "./money.ts";
import { Tally } from "./tally.ts";
import type { TurnRecord } from "./turn_record.ts";
import { profileTurn } from "./turn_profile.ts";
import { TurnRecorder } from "./turn_recorder.ts";
import { listWaste, WasteFinder, type WasteSum } from "./waste.ts";

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
  readonly #turns: TurnProfile[] = [];
  readonly #tally = new Tally();
  readonly #waste = new Map<WasteKind, WasteSum>();
  readonly #total = new Sum();
  readonly #models = new Set<string>();
  #agent = "";
  #wall = 0;
  #unattributed = 0;
  #isEstimated = false;

  /** Creates a profiler without turns. */
  constructor({ cost, now = () => performance.now() }: ProfilerOptions = {}) {
    this.#costOf = cost;
    this.#now = now;
  }

  /** Called when a turn starts. */
  beginTurn(turn: ObservedTurn): TurnObserver {
    const parent = this.#open.get(turn.sessionId);
    if (parent === undefined && this.#agent === "") this.#agent = turn.agent;
    return new TurnRecorder(turn, {
      now: this.#now,
      onRecord: (record) => this.#add(record, parent),
      openChild: (id) => this.#open.set(id, []),
      closeChild: (id) => {
        const segments = this.#open.get(id) ?? [];
        this.#open.delete(id);
        return segments;
      },
    });
  }

  /** Adds a turn; `parent` has the segments of its session if its agent runs as a tool. */
  #add(record: TurnRecord, parent: TimelineSegment[] | undefined): void {
    const { turn: { agent, sessionId, incarnation }, segments, events } = record;
    const session = this.#openSession(sessionId, events[0]?.event.seq ?? 0);
    const calls = record.calls.map((call) => session.tokens.count(call));
    for (const { tokens, cost, call, isEstimated } of calls) {
      this.#total.add(tokens, cost);
      this.#models.add(call.llm);
      this.#isEstimated ||= isEstimated;
    }
    this.#tally.add({ record, calls, ...(parent !== undefined && { agent }) });
    session.waste.add(record, calls);
    const name = { id: sessionId, incarnation };
    for (const { event } of events) {
      if (event.type === "decision") session.decision = event.seq;
      if (!("modelCalls" in event)) continue;
      // A request for approval has the key of the child's call.
      const child = childIdOf(name, session.decision, event.call);
      if (!this.#sessions.has(child)) this.#addChild(event);
    }
    if (parent !== undefined) {
      for (const segment of segments) parent.push({ agent, ...segment });
      return;
    }
    this.#wall += record.to - record.from;
    for (const { kind, from, to } of segments) {
      if (kind === "unattributed") this.#unattributed += to - from;
    }
    this.#turns.push(profileTurn(record, calls));
  }

  #openSession(id: string, pastEvents: number): ProfiledSession {
    let session = this.#sessions.get(id);
    if (session === undefined) {
      const tokens = new TokenCounter(this.#costOf, pastEvents);
      session = { tokens, waste: new WasteFinder(this.#waste), decision: -1 };
      this.#sessions.set(id, session);
    }
    return session;
  }

  /** Adds the usage of an agent that ran as a tool without this observer. */
  #addChild({ usage, cost, modelCalls = 0 }: ChildUsage): void {
    const tokens = (usage?.input ?? 0) + (usage?.output ?? 0);
    const units = cost === undefined ? undefined : Math.round(cost * MONEY_UNITS);
    this.#total.add(tokens, units);
    this.#tally.addChild(tokens, units, modelCalls);
  }

  /** Returns the profile of the turns that are over. */
  profile(): AgentProfile {
    const { tokens, cost } = this.#total.fields;
    const { parts, ...rows } = this.#tally.rows;
    const sessions = [...this.#sessions.values()];
    const wall = this.#wall;
    return {
      version: 1,
      package: config.version,
      agent: this.#agent,
      source: "real",
      model: [...this.#models].join(", "),
      isEstimated: this.#isEstimated,
      unknown: [],
      turns: [...this.#turns],
      parts,
      ...rows,
      waste: listWaste(this.#waste, sessions.map(({ waste }) => waste)),
      total: { wall, tokens, ...(cost !== undefined && { cost }) },
      attributed: {
        time: share(wall - this.#unattributed, wall),
        tokens: share(sum(parts, (row) => row.part === "other" ? 0 : row.tokens), tokens),
        cost: share(
          sum(parts, (row) => row.part === "other" ? 0 : Math.round((row.cost ?? 0) * MONEY_UNITS)),
          this.#total.units,
        ),
      },
    };
  }
}

function sum(rows: readonly PartRow[], amount: (row: PartRow) => number): number {
  return rows.reduce((total, row) => total + amount(row), 0);
}

/** Returns a part of a whole from 0 to 1; nothing is a whole that is known. */
function share(part: number, whole: number): number {
  return whole === 0 ? 1 : part / whole;
}

/** Session whose turns are profiled. */
interface ProfiledSession {
  readonly tokens: TokenCounter;
  readonly waste: WasteFinder;
  /** Sequence number of its last decision; -1 if there is none. */
  decision: number;
}
