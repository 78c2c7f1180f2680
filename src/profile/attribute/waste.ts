/**
 * Work that might be saved.
 *
 * @module
 */
import type { ToolCall } from "../../decision/decision.ts";
import type { SessionEvent } from "../../history/event.ts";
import type { ModelCallRecord } from "../../history/model_call.ts";
import type { WasteKind, WasteRow } from "../report/agent_profile.ts";
import type { CallTokens } from "./call_tokens.ts";
import { Sum } from "./money.ts";
import type { TurnRecord } from "../record/turn_record.ts";

/** Decision whose calls are compared with earlier ones. */
interface CallingDecision {
  readonly calls: readonly ToolCall[];
  readonly work: CallWork;
  /** Number of calls that repeated an earlier one. */
  repeated: number;
}

/** Model call, and the time for which its turn waited for it. */
interface CallWork {
  readonly wall: number;
  readonly tokens: number;
  readonly cost: number | undefined;
}

/** Finds work that might be saved in the turns of one session. */
export class WasteFinder {
  readonly #rows: Map<WasteKind, WasteSum>;
  /** Results of earlier calls, by tool and arguments. */
  readonly #results = new Map<string, string>();
  /** Times of the calls whose results no request has had yet, by their keys. */
  readonly #unread = new Map<string, number>();
  /** Times at which calls started, by their keys. */
  readonly #started = new Map<string, number>();
  #decision: CallingDecision | undefined;

  constructor(rows: Map<WasteKind, WasteSum>) {
    this.#rows = rows;
  }

  /** Adds a turn. */
  add({ segments, events }: TurnRecord, calls: readonly CallTokens[]): void {
    const walls = new Map<number, number>();
    for (const { decision, agent, from, to } of segments) {
      if (decision === undefined || agent !== undefined) continue;
      walls.set(decision, (walls.get(decision) ?? 0) + to - from);
    }
    const works = new Map(calls.map(({ call, tokens, cost }) => {
      const work: CallWork = { wall: walls.get(call.decision) ?? 0, tokens, cost };
      return [call.end, work];
    }));
    let next = 0;
    for (const [index, { at, event }] of events.entries()) {
      for (; (calls[next]?.call.eventsBefore ?? Infinity) <= index; next++) this.#unread.clear();
      this.#addEvent(event, at, works.get(event as never) ?? NO_WORK);
    }
    if (next < calls.length) this.#unread.clear();
  }

  #addEvent(event: SessionEvent, at: number, work: CallWork): void {
    switch (event.type) {
      case "decision":
        this.#addAttempts(event);
        if (event.decision.action === "MOVE") this.#add("decisions that only move", work);
        if (event.decision.action === "TOOL_CALL") {
          this.#decision = { calls: event.decision.calls, work, repeated: 0 };
        }
        return;
      case "error":
        this.#addAttempts(event);
        return this.#add("refused outputs", work);
      case "model_failed": {
        const { wall, tokens, cost } = work;
        const attempts = event.timing?.attempts?.length ?? 1;
        return addWaste(this.#rows, "failed attempts", attempts, wall, tokens, cost);
      }
      case "tool_started":
        this.#started.set(event.callKey, at);
        return;
      case "tool_finished":
        return this.#addResult(event, at);
    }
  }

  /** Adds the attempts that failed before a call was answered. */
  #addAttempts({ timing }: ModelCallRecord): void {
    const failed = timing?.attempts?.filter(({ error }) => error !== undefined) ?? [];
    if (failed.length === 0) return;
    const wall = failed.reduce((sum, { took, waited = 0 }) => sum + took + waited, 0);
    addWaste(this.#rows, "failed attempts", failed.length, wall, 0, undefined);
  }

  #addResult({ callKey, call, tool, text, outcome }: SessionEvent<"tool_finished">, at: number) {
    const wall = at - (this.#started.get(callKey) ?? at);
    this.#started.delete(callKey);
    this.#unread.set(callKey, wall);
    const decision = this.#decision;
    const args = decision?.calls[call]?.args;
    if (decision === undefined || outcome === "not_run") return;
    const key = `${tool}\n${JSON.stringify(args)}`;
    if (this.#results.get(key) === text) {
      decision.repeated++;
      // A decision all of whose calls were made before was not needed either.
      const { tokens, cost } = decision.repeated === decision.calls.length
        ? decision.work
        : NO_WORK;
      this.#add("repeated calls with equal results", { wall, tokens, cost });
    }
    this.#results.set(key, text);
  }

  #add(what: WasteKind, { wall, tokens, cost }: CallWork): void {
    addWaste(this.#rows, what, 1, wall, tokens, cost);
  }

  /** Results that no request has had so far. */
  get unread(): { readonly calls: number; readonly wall: number } {
    let wall = 0;
    for (const each of this.#unread.values()) wall += each;
    return { calls: this.#unread.size, wall };
  }
}

const NO_WORK: CallWork = { wall: 0, tokens: 0, cost: undefined };

/** Sum of one kind of work. */
export interface WasteSum {
  calls: number;
  wall: number;
  readonly sum: Sum;
}

/** Adds work to the row of its kind. */
export function addWaste(
  rows: Map<WasteKind, WasteSum>,
  what: WasteKind,
  calls: number,
  wall: number,
  tokens: number,
  units: number | undefined,
): void {
  let row = rows.get(what);
  if (row === undefined) rows.set(what, row = { calls: 0, wall: 0, sum: new Sum() });
  row.calls += calls;
  row.wall += wall;
  row.sum.add(tokens, units);
}

/** Returns the rows of all sessions, the most expensive first. */
export function listWaste(
  rows: ReadonlyMap<WasteKind, WasteSum>,
  finders: Iterable<WasteFinder>,
): WasteRow[] {
  const all = new Map([...rows].map(([what, { calls, wall, sum }]): [WasteKind, WasteRow] => [
    what,
    { what, calls, wall, ...sum.fields },
  ]));
  let unread = { calls: 0, wall: 0 };
  for (const finder of finders) {
    const { calls, wall } = finder.unread;
    unread = { calls: unread.calls + calls, wall: unread.wall + wall };
  }
  const what = "results that nobody read";
  if (unread.calls > 0) all.set(what, { what, ...unread, tokens: 0 });
  return [...all.values()].sort((a, b) => b.tokens - a.tokens || b.wall - a.wall);
}
