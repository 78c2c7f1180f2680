/**
 * Observer that records one turn.
 *
 * @module
 */
import type { SessionEvent } from "../../history/event.ts";
import { childIdOf } from "../../history/session_name.ts";
import type {
  ObservedEnd,
  ObservedModelCall,
  ObservedToolCall,
  ObservedTurn,
  ObservedWork,
  Scope,
  TurnObserver,
} from "../../turn/observer.ts";
import type { TimelineSegment } from "../draw/timeline.ts";
import {
  isModelEvent,
  listOffers,
  type ModelCall,
  type TurnRecord,
  type Work,
} from "./turn_record.ts";

/** Work that may still run. */
interface OpenWork extends Omit<Work, "to" | "kind" | "pauses"> {
  to: number | undefined;
  kind: Work["kind"];
  pauses?: OpenWork[];
}

/** Model call that may still run. */
type OpenCall = Omit<ModelCall, "end"> & { end: ModelCall["end"] };

/** Settings of a {@linkcode TurnRecorder}. */
export interface RecorderOptions {
  /** Returns the time, in milliseconds. */
  readonly now: () => number;
  /** Segments of the sessions of tools that run, by their ids; any tool may be an agent. */
  readonly children: Map<string, TimelineSegment[]>;
  /** Called when the turn is over. */
  readonly onRecord: (record: TurnRecord) => void;
}

/** Records one turn. */
export class TurnRecorder implements TurnObserver {
  readonly #turn: ObservedTurn;
  readonly #options: RecorderOptions;
  readonly #from: number;
  readonly #works: OpenWork[] = [];
  readonly #calls: OpenCall[] = [];
  readonly #events: TurnRecord["events"][number][] = [];
  /** Running tool calls, by their keys. */
  readonly #tools = new Map<string, OpenWork>();
  /** Sequence number of the decision whose calls ran first; an earlier turn may have made it. */
  #firstDecision: number | undefined;
  /** Work of a model that the turn waits for; undefined if it waits for none. */
  #waiting: OpenWork | undefined;
  #step: string;
  /** Number of the model call to which works belong; undefined before the first. */
  #decision: number | undefined;

  constructor(turn: ObservedTurn, options: RecorderOptions) {
    this.#turn = turn;
    this.#options = options;
    this.#step = turn.step;
    this.#from = options.now();
  }

  onWork({ kind, name, callKey }: ObservedWork): Scope {
    return (run) => {
      // A model that is still awaited when something is committed was given up.
      if (kind === "commit" || kind === "prepare") this.#giveUpModel();
      if (kind === "prepare") this.#decision = this.#calls.length;
      const { kind: of, name: named } = WORKS[kind];
      // The embedding model may have the name of another one.
      const what = kind === "embed" && name !== undefined ? `${named} ${name}` : name ?? named;
      const work = this.#begin(of, what, of !== "framework");
      const paused = callKey === undefined ? undefined : this.#tools.get(callKey);
      if (paused !== undefined) (paused.pauses ??= []).push(work);
      return this.#watch(run, () => this.#end(work));
    };
  }

  onModelCall({ llm, request }: ObservedModelCall): Scope {
    const step = request.step ?? this.#step;
    const decision = this.#decision = this.#calls.length;
    const { length: eventsBefore } = this.#events;
    const offers = request.legal && { offers: listOffers(request.legal) };
    this.#calls.push({ llm, request, step, decision, ...offers, eventsBefore, end: undefined });
    let hasToken = false;
    // The first token and the generation are two rows, which count each call once.
    let isCall = true;
    return (run) => {
      const kind = hasToken ? "generation" : "first token";
      const work = this.#waiting = this.#begin(kind, llm, isCall);
      isCall = false;
      return this.#watch(run, (result) => {
        const type = readChunkType(result);
        if (type === "restart") hasToken = false;
        // An answer that arrives at once has no first token.
        if (type === "result" && !hasToken && work.to === undefined) work.kind = "generation";
        this.#end(work);
        if (this.#waiting === work) this.#waiting = undefined;
        if (type === "text" && !hasToken) hasToken = isCall = true;
      });
    };
  }

  onToolCall({ tool, callKey }: ObservedToolCall): Scope {
    this.#firstDecision ??= readPlace(callKey).decision;
    let isCall = true;
    return (run) => {
      const work = this.#begin("tool", tool, isCall);
      // The end of a call that timed out may be looked up.
      isCall = false;
      this.#tools.set(callKey, work);
      this.#options.children.set(childOf(this.#turn, callKey), []);
      return this.#watch(run, () => this.#endTool(callKey, work));
    };
  }

  onEvent(event: SessionEvent): void {
    const at = this.#options.now();
    this.#events.push({ at, event });
    if (isModelEvent(event)) {
      this.#giveUpModel(at);
      const call = this.#calls.at(-1);
      if (call !== undefined) call.end ??= event;
    }
    if (event.type === "tool_finished" || event.type === "tool_suspended") {
      const work = this.#tools.get(event.callKey);
      // It was given up, and may still run.
      if (work !== undefined) this.#endTool(event.callKey, work, at);
    }
    // Sessions in memory have no commits that take time; their events are marks all the same.
    this.#begin("commit", "append", false, at).to = at;
    if (event.type === "moved") this.#step = event.to;
  }

  onEnd(end: ObservedEnd): void {
    const to = this.#options.now();
    for (const [callKey, work] of this.#tools) this.#endTool(callKey, work, to);
    this.#options.onRecord({
      turn: this.#turn,
      from: this.#from,
      to,
      end,
      works: this.#works.map((work) => closeWork(work, to)),
      calls: this.#calls,
      ...(this.#firstDecision !== undefined && { firstDecision: this.#firstDecision }),
      events: this.#events,
    });
  }

  #begin(
    kind: Work["kind"],
    name: string,
    isCall: boolean,
    from: number = this.#options.now(),
  ): OpenWork {
    const work: OpenWork = {
      from,
      to: undefined,
      kind,
      name,
      step: this.#step,
      isCall,
      ...(this.#decision !== undefined && { decision: this.#decision }),
    };
    this.#works.push(work);
    return work;
  }

  #end(work: OpenWork, at: number = this.#options.now()): void {
    work.to ??= at;
  }

  #endTool(callKey: string, work: OpenWork, at?: number): void {
    if (!this.#tools.delete(callKey)) return;
    this.#end(work, at);
    const { children: open } = this.#options;
    const id = childOf(this.#turn, callKey);
    const children = open.get(id) ?? [];
    open.delete(id);
    if (children.length > 0) Object.assign(work, { children });
  }

  #giveUpModel(at?: number): void {
    if (this.#waiting !== undefined) this.#end(this.#waiting, at);
    this.#waiting = undefined;
  }

  /** Calls `run`, and `onEnd` as soon as its result is known. */
  #watch<Result>(run: () => Result, onEnd: (result: unknown) => void): Result {
    let result: Result;
    try {
      result = run();
    } catch (error) {
      onEnd(undefined);
      throw error;
    }
    if (result instanceof Promise) result.then(onEnd, () => onEnd(undefined));
    else onEnd(result);
    return result;
  }
}

/** Ends a work, and its pauses, at the latest with the turn. */
function closeWork({ pauses, ...work }: OpenWork, end: number): Work {
  const { to = end, children } = work;
  const closed = children === undefined ? pauses?.map((pause) => closeWork(pause, to)) : undefined;
  return { ...work, to, ...(closed && { pauses: closed }) };
}

/** Returns the id of the session of a call's agent, if the tool is one. */
function childOf({ sessionId: id, incarnation }: ObservedTurn, callKey: string): string {
  const { decision, call } = readPlace(callKey);
  return childIdOf({ id, incarnation }, decision, call);
}

/** Reads the sequence number of its decision, and its number in it, from the key of a call. */
function readPlace(callKey: string): { readonly decision: number; readonly call: number } {
  const [decision, call] = callKey.split("/").slice(-2).map(Number);
  return { decision: decision!, call: call! };
}

/** Works by their kinds. */
const WORKS: Readonly<
  Record<ObservedWork["kind"], { readonly kind: Work["kind"]; readonly name: string }>
> = {
  claim: { kind: "commit", name: "claim" },
  prepare: { kind: "framework", name: "prepare request" },
  guard: { kind: "guard", name: "" },
  embed: { kind: "generation", name: "embedding" },
  read: { kind: "framework", name: "read answer" },
  commit: { kind: "commit", name: "append" },
  yield: { kind: "reader", name: "stream" },
};

/** Returns the type of the chunk with which a read of an answer ended; undefined if it failed. */
function readChunkType(result: unknown): "text" | "restart" | "result" | undefined {
  if (typeof result !== "object" || result === null) return undefined;
  // A summary is asked for without a stream.
  if ("output" in result) return "result";
  if (!("value" in result) || typeof result.value !== "object" || result.value === null) {
    return undefined;
  }
  return (result.value as { readonly type?: "text" | "restart" | "result" }).type;
}
