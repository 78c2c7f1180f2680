/**
 * Where a session stands, derived from its log alone.
 *
 * @module
 */
import type { ToolCall } from "../decision/decision.ts";
import type { Constraint } from "../decision/legal_actions.ts";
import type {
  ApprovalGivenEvent,
  ApprovalRequestedEvent,
  DecisionEvent,
  ErrorEvent,
  SessionEvent,
  ToolFinishedEvent,
} from "./event.ts";

/** Where a session stands between two turns, or in the middle of one. */
export type SessionStatus =
  | "waiting"
  | "running"
  | "interrupted"
  | "limited"
  | "needs_approval"
  | "ended";

/** The calls of one decision, and what became of them so far. */
export interface CallGroup {
  /** The `seq` of the decision. */
  readonly decision: number;
  /** The calls. */
  readonly calls: readonly ToolCall[];
  /** Their names, as they were started or asked about. */
  readonly callKeys: (string | undefined)[];
  /** What became of each, by its place. */
  readonly finished: (ToolFinishedEvent | undefined)[];
  /** How many have finished. */
  settled: number;
  /** What a person is asked about, by its key; undefined until there was something. */
  waiting: Map<string, ApprovalRequestedEvent> | undefined;
  /** The calls whose own session is to be told of a verdict; undefined until there was one. */
  due: number[] | undefined;
}

/** Whether a person has to decide before a call of a group can go on. */
export function isWaiting({ waiting, due }: CallGroup, call: number): boolean {
  if (waiting === undefined || due?.includes(call)) return false;
  return [...waiting.values()].some((request) => request.call === call);
}

/** Whether nothing is left to do for a group before a person has decided. */
export function isAllWaiting({ calls, settled, waiting, due }: CallGroup): boolean {
  if (waiting === undefined || waiting.size === 0) return false;
  const open = new Set([...waiting.values()].map(({ call }) => call));
  for (const call of due ?? []) open.delete(call);
  return settled + open.size === calls.length;
}

/** How often the same calls with the same results make a loop. */
export const LOOP_LENGTH = 3;

/** The fold of a log. Events are applied in order, each once. */
export class Position {
  /** The current step. */
  step: string;
  /** What the log says of the session; a running turn reads as `interrupted`. */
  status: Exclude<SessionStatus, "running"> = "waiting";
  /** The calls that are not all finished. */
  pending: CallGroup | undefined;
  /** Decisions asked for in this turn. */
  decisions = 0;
  /** Errors in a row. */
  errors = 0;
  /** What the next decision is constrained to. */
  constraint: Constraint | undefined;
  /** Whether this turn is to be brought to an answer. */
  isFallback = false;
  /** How often in a row the last calls gave the same results. */
  repeats = 0;
  #lastGroup: CallGroup | undefined;

  /** Begins at the first step of a graph. */
  constructor(start: string) {
    this.step = start;
  }

  /** The position of a snapshot; undefined if it is of another form than this release writes. */
  static from(start: string, snapshot: string): Position | undefined {
    const [version, fields, lastGroup] = JSON.parse(snapshot);
    if (version !== SNAPSHOT_VERSION) return undefined;
    const position = Object.assign(new Position(start), fields);
    position.pending = groupFrom(fields.pending);
    position.#lastGroup = groupFrom(lastGroup);
    return position;
  }

  /** All of it as text: equal positions, equal texts. */
  snapshot(): string {
    return JSON.stringify([
      SNAPSHOT_VERSION,
      {
        step: this.step,
        status: this.status,
        pending: groupFields(this.pending),
        decisions: this.decisions,
        errors: this.errors,
        constraint: this.constraint,
        isFallback: this.isFallback,
        repeats: this.repeats,
      },
      groupFields(this.#lastGroup),
    ]);
  }

  /** A position that goes its own way from here. */
  copy(): Position {
    return Position.from(this.step, this.snapshot())!;
  }

  /** Becomes as another one is, which is not used any more. */
  become(other: Position): void {
    Object.assign(this, other);
    this.#lastGroup = other.#lastGroup;
  }

  /** Takes the next event of the log into account. */
  apply(event: SessionEvent): void {
    switch (event.type) {
      case "user":
        // What a call left open belongs to the past once the user goes on.
        this.pending = undefined;
        this.#startTurn("interrupted");
        return;
      case "decision":
        return this.#applyDecision(event);
      case "tool_started":
        if (this.pending !== undefined) this.pending.callKeys[event.call] = event.callKey;
        return;
      case "tool_finished":
        return this.#applyFinished(event);
      case "approval_requested":
        return this.#applyRequest(event);
      case "approval_given":
        return this.#applyVerdict(event);
      case "moved":
        this.step = event.to;
        this.errors = 0;
        this.#forgetCalls();
        return;
      case "error":
        return this.#applyError(event);
      case "model_failed":
        this.status = "interrupted";
        return;
      case "fallback":
        this.isFallback = true;
        this.constraint = undefined;
        return;
      case "limit":
        return this.#startTurn("limited");
      case "ended":
        return this.#startTurn("ended");
      default:
        event satisfies never;
    }
  }

  /** Resets what counts within one turn. */
  #startTurn(status: Position["status"]): void {
    this.status = status;
    this.decisions = 0;
    this.errors = 0;
    this.constraint = undefined;
    this.isFallback = false;
    this.#forgetCalls();
  }

  #forgetCalls(): void {
    this.repeats = 0;
    this.#lastGroup = undefined;
  }

  #applyDecision({ seq, decision }: DecisionEvent): void {
    this.decisions++;
    this.constraint = undefined;
    this.status = "interrupted";
    this.pending = undefined;
    if (decision.action === "RESPOND") this.#startTurn("waiting");
    else if (decision.action === "TOOL_CALL") {
      const { calls } = decision;
      this.pending = {
        decision: seq,
        calls,
        callKeys: [],
        finished: new Array(calls.length).fill(undefined),
        settled: 0,
        waiting: undefined,
        due: undefined,
      };
    }
  }

  #applyRequest(event: ApprovalRequestedEvent): void {
    const group = this.pending;
    if (group === undefined) return;
    group.callKeys[event.call] ??= event.callKey;
    (group.waiting ??= new Map()).set(event.callKey, event);
    // Its session came to rest again: it knows of the verdicts so far.
    if (group.due?.includes(event.call)) {
      group.due = group.due.filter((call) => call !== event.call);
    }
    this.#restOnApproval();
  }

  #applyVerdict({ callKey, call }: ApprovalGivenEvent): void {
    this.status = "interrupted";
    const group = this.pending;
    if (group === undefined) return;
    group.waiting?.delete(callKey);
    // A call of another session: the one of this session that leads there is made again.
    if (group.callKeys[call] !== callKey) (group.due ??= []).push(call);
    this.#restOnApproval();
  }

  #restOnApproval(): void {
    if (this.pending !== undefined && isAllWaiting(this.pending)) this.status = "needs_approval";
  }

  #applyFinished(event: ToolFinishedEvent): void {
    const group = this.pending;
    if (group === undefined || event.call >= group.calls.length) return;
    if (group.finished[event.call] !== undefined) return;
    group.finished[event.call] = event;
    group.settled++;
    if (group.waiting !== undefined) {
      for (const { callKey, call } of group.waiting.values()) {
        if (call === event.call) group.waiting.delete(callKey);
      }
    }
    if (group.settled < group.calls.length) return this.#restOnApproval();
    this.pending = undefined;
    this.errors = group.finished.some((one) => one!.outcome === "error") ? this.errors + 1 : 0;
    this.repeats = this.#lastGroup && isSame(this.#lastGroup, group) ? this.repeats + 1 : 1;
    this.#lastGroup = group;
  }

  #applyError({ attempt }: ErrorEvent): void {
    this.status = "interrupted";
    this.decisions++;
    this.errors++;
    this.#forgetCalls();
    const last = this.constraint;
    // An output that attempts nothing legal is another failure at what was asked for.
    const isAgain = last !== undefined && (attempt === undefined ||
      last.action === attempt.action && last.tools?.join() === attempt.tools?.join());
    this.constraint = isAgain
      ? { ...last, failures: last.failures + 1 }
      : attempt && { ...attempt, failures: 1 };
  }
}

/** The version of snapshots written by this release: those of others are not read. */
const SNAPSHOT_VERSION = 1;

function groupFields(group: CallGroup | undefined): object | null {
  if (group === undefined) return null;
  return { ...group, waiting: group.waiting ? [...group.waiting] : null };
}

// deno-lint-ignore no-explicit-any -- what was written by `groupFields`
function groupFrom(fields: any): CallGroup | undefined {
  if (!fields) return undefined;
  const noNulls = (items: unknown[]) => items.map((item) => item ?? undefined);
  return {
    ...fields,
    callKeys: noNulls(fields.callKeys),
    finished: noNulls(fields.finished),
    waiting: fields.waiting === null ? undefined : new Map(fields.waiting),
  };
}

/** Whether two groups made the same calls and got the same results. */
function isSame(a: CallGroup, b: CallGroup): boolean {
  return a.calls.length === b.calls.length && a.calls.every((call, index) => {
    const [mine, theirs] = [a.finished[index]!, b.finished[index]!];
    return mine.text === theirs.text && call.tool === b.calls[index]!.tool &&
      JSON.stringify(call.args) === JSON.stringify(b.calls[index]!.args);
  });
}
