/**
 * Profiles, built from records of turns.
 *
 * @module
 */
import type { CostOf } from "../../cost/call_usage.ts";
import { childIdOf } from "../../history/session_name.ts";
import { readUsage } from "../../llm/usage.ts";
import { VERSION } from "../../version.ts";
import type { AgentProfile, TurnProfile } from "../agent_profile.ts";
import type { TimelineSegment } from "../draw/timeline.ts";
import type { TurnRecord } from "../record/turn_record.ts";
import { attributeTime } from "./attribute_time.ts";
import { type CallTokens, countCall, readPrice } from "./call_tokens.ts";
import { Sum, toUnits } from "./money.ts";
import { ProfileRows, type UnknownRequests } from "./profile_rows.ts";
import type { Meter } from "./request_meter.ts";
import { profileTurn } from "./turn_profile.ts";
import { listWaste, WasteFinder, type WasteSums } from "./waste.ts";

/** Settings of a {@linkcode ProfileBuilder}. */
export interface BuilderOptions {
  /** Creates the meter of a session, which begins with that turn as far as it is known. */
  readonly createMeter: (first: TurnRecord) => Meter;
  /** Returns the price of tokens; undefined if prices are not known. */
  readonly cost: CostOf | undefined;
}

/** Session whose turns were added. */
interface AddedSession {
  readonly meter: Meter;
  readonly waste: WasteFinder;
  /** Sequence number of its last decision; -1 if there is none. */
  decision: number;
}

/** Builds a profile from turns of any number of sessions. */
export class ProfileBuilder {
  readonly #options: BuilderOptions;
  readonly #sessions = new Map<string, AddedSession>();
  readonly #turns: TurnProfile[] = [];
  readonly #rows = new ProfileRows();
  readonly #waste: WasteSums = new Map();
  readonly #total = new Sum();
  readonly #models = new Set<string>();
  #isEstimated = false;

  constructor(options: BuilderOptions) {
    this.#options = options;
  }

  /** Adds a turn of an agent, which may have run as a tool. Returns its segments. */
  add(record: TurnRecord, isChild = false): readonly TimelineSegment[] {
    const segments = attributeTime(record);
    const session = this.#openSession(record);
    session.waste.beginTurn(segments);
    const calls = this.#countCalls(record, session);
    const agent = isChild ? record.turn.agent : undefined;
    const turn = { record, segments, calls, agent };
    for (const { tokens, units, call, isEstimated } of calls) {
      this.#total.add(tokens, units);
      this.#models.add(call.llm);
      this.#isEstimated ||= isEstimated;
    }
    this.#rows.add(turn);
    if (!isChild) this.#turns.push(profileTurn(turn));
    this.#addUnknown(record, session, agent);
    return segments;
  }

  #openSession(first: TurnRecord): AddedSession {
    const { sessionId, incarnation } = first.turn;
    // An id may be used again. A child session has no incarnation, and an id of its own.
    const key = incarnation === undefined ? sessionId : JSON.stringify([sessionId, incarnation]);
    let session = this.#sessions.get(key);
    if (session === undefined) {
      const waste = new WasteFinder(this.#waste);
      // An earlier turn, which is not known, may have made the decision.
      const { firstDecision = -1 } = first;
      session = { meter: this.#options.createMeter(first), waste, decision: firstDecision };
      // A turn that was refused tells nothing about its session.
      if (first.events.length > 0) this.#sessions.set(key, session);
    }
    return session;
  }

  /** Counts the model calls of a turn, in their order with its events. */
  #countCalls({ calls, events }: TurnRecord, { meter, waste }: AddedSession): CallTokens[] {
    const counted: CallTokens[] = [];
    let next = calls[0];
    const countUntil = (index: number) => {
      for (; next !== undefined && next.eventsBefore <= index; next = calls[counted.length]) {
        counted.push(countCall(next, meter.measure(next), this.#options.cost));
        waste.addRequest();
      }
    };
    for (const [index, { at, event }] of events.entries()) {
      countUntil(index);
      const last = counted.at(-1);
      waste.addEvent(event, at, last?.call.end === event ? last : undefined);
      meter.add?.(event);
    }
    countUntil(events.length);
    return counted;
  }

  /** Adds the requests of a turn whose texts are not known: of embeddings and of child sessions. */
  #addUnknown(
    { turn, events }: TurnRecord,
    session: AddedSession,
    agent: string | undefined,
  ): void {
    const name = { id: turn.sessionId, incarnation: turn.incarnation };
    let { step } = turn;
    for (const { event } of events) {
      if (event.type === "decision") {
        session.decision = event.seq;
        ({ step } = event);
      }
      if (event.type === "embedded") {
        this.#addUsage(event, { part: "embedded", requests: 1, step: event.step, agent });
      }
      if (!("modelCalls" in event)) continue;
      // A request for approval has the key of the child's call.
      const child = childIdOf(name, session.decision, event.call);
      if (this.#sessions.has(child)) continue;
      this.#addUsage(event, {
        part: "child agents",
        requests: event.modelCalls ?? 0,
        step,
        agent,
      });
    }
  }

  #addUsage(
    { usage, cost }: { readonly usage?: unknown; readonly cost?: number },
    requests: Omit<UnknownRequests, "tokens" | "units">,
  ): void {
    const { input = 0, output = 0, isEstimated = false } = readUsage(usage) ?? {};
    const tokens = input + output;
    const price = readPrice(cost);
    const units = price === undefined ? undefined : toUnits(price);
    this.#isEstimated ||= isEstimated;
    this.#total.add(tokens, units);
    this.#rows.addUnknown({ ...requests, tokens, units });
  }

  /** Builds the profile. */
  build(
    { agent, source, unknown }: Pick<AgentProfile, "agent" | "source" | "unknown">,
  ): AgentProfile {
    const { time, parts, ...rows } = this.#rows.list();
    const { tokens, cost } = this.#total.fields;
    const wall = sum(this.#turns, (turn) => turn.wall);
    const named = parts.filter(({ part }) => part !== "other");
    const lost = time.filter(({ kind }) => kind === "unattributed");
    const unitsOf = (row: { readonly cost?: number }) => toUnits(row.cost ?? 0);
    return {
      version: 1,
      package: VERSION,
      agent,
      source,
      model: [...this.#models].join(", "),
      isEstimated: this.#isEstimated,
      unknown,
      turns: [...this.#turns],
      time,
      parts,
      ...rows,
      waste: listWaste(this.#waste, [...this.#sessions.values()].map((session) => session.waste)),
      total: { wall, tokens, ...(cost !== undefined && { cost }) },
      attributed: {
        time: share(wall - sum(lost, (row) => row.wall), wall),
        tokens: share(sum(named, (row) => row.tokens), tokens),
        cost: share(sum(named, unitsOf), toUnits(cost ?? 0)),
      },
    };
  }
}

function sum<Row>(rows: readonly Row[], amount: (row: Row) => number): number {
  return rows.reduce((total, row) => total + amount(row), 0);
}

/** Returns a part as a fraction of a whole, from 0 to 1; 1 if the whole is 0. */
function share(part: number, whole: number): number {
  return whole === 0 ? 1 : part / whole;
}
