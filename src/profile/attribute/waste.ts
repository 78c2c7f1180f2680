/**
 * Work that might be saved.
 *
 * @module
 */
import type { ToolCall } from "../../decision/decision.ts";
import type { SessionEvent } from "../../history/event.ts";
import type { ModelCallRecord } from "../../history/model_call.ts";
import type { AgentProfile } from "../agent_profile.ts";
import type { TimelineSegment } from "../draw/timeline.ts";
import type { CallTokens } from "./call_tokens.ts";
import { Sum } from "./money.ts";

type WasteRow = AgentProfile["waste"][number];

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
  readonly units: number | undefined;
}

const NO_WORK: CallWork = { wall: 0, tokens: 0, units: undefined };

/** Finds work that might be saved in the turns of one session. */
export class WasteFinder {
  readonly #rows: WasteSums;
  /** Results of earlier calls, by tool and arguments. */
  readonly #results = new Map<string, string>();
  /** Times of the calls whose results no request has had yet, by their keys. */
  readonly #unread = new Map<string, number>();
  /** Times at which calls started, by their keys. */
  readonly #started = new Map<string, number>();
  /** Times of the running turn's model calls, by their numbers. */
  #walls = new Map<number | undefined, number>();
  #decision: CallingDecision | undefined;

  constructor(rows: WasteSums) {
    this.#rows = rows;
  }

  /** Starts a turn. */
  beginTurn(segments: readonly TimelineSegment[]): void {
    this.#walls = new Map();
    for (const { decision, agent, from, to } of segments) {
      if (agent !== undefined) continue;
      this.#walls.set(decision, (this.#walls.get(decision) ?? 0) + to - from);
    }
  }

  /** Adds a request, which has all results so far. */
  addRequest(): void {
    this.#unread.clear();
  }

  /** Adds an event, and the model call that ended with it. */
  addEvent(event: SessionEvent, at: number, ended: CallTokens | undefined): void {
    const work = ended === undefined ? NO_WORK : {
      wall: this.#walls.get(ended.call.decision) ?? 0,
      tokens: ended.tokens,
      units: ended.units,
    };
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
        const attempts = event.timing?.attempts?.length ?? 1;
        return this.#add("failed attempts", work, attempts);
      }
      case "summary":
        return this.#addAttempts(event);
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
    this.#add("failed attempts", { ...NO_WORK, wall }, failed.length);
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
      const work = decision.repeated === decision.calls.length ? decision.work : NO_WORK;
      this.#add("repeated calls with equal results", { ...work, wall });
    }
    this.#results.set(key, text);
  }

  #add(what: WasteRow["what"], { wall, tokens, units }: CallWork, calls = 1): void {
    let row = this.#rows.get(what);
    if (row === undefined) this.#rows.set(what, row = { calls: 0, wall: 0, sum: new Sum() });
    row.calls += calls;
    row.wall += wall;
    row.sum.add(tokens, units);
  }

  /** Times of the calls whose results no request has had so far. */
  get unread(): Iterable<number> {
    return this.#unread.values();
  }
}

/** Sums of the kinds of work that might be saved, of all sessions. */
export type WasteSums = Map<WasteRow["what"], { calls: number; wall: number; readonly sum: Sum }>;

/** Returns the rows of all sessions, the most expensive first. */
export function listWaste(sums: WasteSums, finders: readonly WasteFinder[]): WasteRow[] {
  const rows = [...sums].map(([what, { sum, ...row }]): WasteRow => ({
    what,
    ...row,
    ...sum.fields,
  }));
  const unread = finders.flatMap((finder) => [...finder.unread]);
  if (unread.length > 0) {
    const wall = unread.reduce((sum, each) => sum + each, 0);
    rows.push({ what: "results that nobody read", calls: unread.length, wall, tokens: 0 });
  }
  return rows.sort((a, b) => b.tokens - a.tokens || b.wall - a.wall);
}
