/**
 * The turns of a log.
 *
 * @module
 */
import type { SessionEvent } from "../../history/event.ts";
import type { SessionStatus } from "../../history/position.ts";
import {
  isModelEvent,
  listOffers,
  type ModelCall,
  type ModelEvent,
  type TurnRecord,
  type Work,
} from "./turn_record.ts";

/** Name of a model that the log does not have. */
const UNKNOWN_MODEL = "model";

/** Reads the turns of a log, in order. */
export function readTurns(
  events: readonly SessionEvent[],
  agent: string,
  sessionId: string,
): TurnRecord[] {
  let step = "";
  return splitTurns(events).map((turn) => {
    const record = readTurn(turn, agent, sessionId, findStep(turn) ?? step);
    step = record.end.step;
    return record;
  });
}

/** Splits a log where turns begin. Events that were committed together stay together. */
function splitTurns(events: readonly SessionEvent[]): SessionEvent[][] {
  const turns: SessionEvent[][] = [];
  let isOver = true;
  for (const commit of splitCommits(events)) {
    const begins = commit.some(({ type }) => type === "user" || type === "approval_given");
    const last = turns.at(-1)?.at(-1)?.type;
    // A context that was too long is summarized in the same turn.
    const failed = last === "model_failed" && commit[0]!.type !== "summary";
    if (isOver || begins || failed) turns.push([]);
    turns.at(-1)!.push(...commit);
    isOver = commit.some(endsTurn);
  }
  return turns;
}

function splitCommits(events: readonly SessionEvent[]): SessionEvent[][] {
  const commits: SessionEvent[][] = [];
  for (const event of events) {
    if (event.joined && commits.length > 0) commits.at(-1)!.push(event);
    else commits.push([event]);
  }
  return commits;
}

function endsTurn(event: SessionEvent): boolean {
  switch (event.type) {
    case "decision":
      return event.decision.action === "RESPOND" || event.decision.action === "END";
    case "limit":
    case "ended":
    case "tool_deferred":
      return true;
    default:
      return false;
  }
}

/** Returns the first step that events name. */
function findStep(events: readonly SessionEvent[]): string | undefined {
  for (const event of events) {
    if (event.type === "moved") return event.from;
    if ("step" in event) return event.step;
  }
  return undefined;
}

function readTurn(
  events: readonly SessionEvent[],
  agent: string,
  sessionId: string,
  firstStep: string,
): TurnRecord {
  let step = firstStep;
  // The clock of a machine may step back.
  let now = events[0]!.time;
  const works: Work[] = [];
  const calls: ModelCall[] = [];
  const recorded: TurnRecord["events"][number][] = [];
  const started = new Map<string, number>();
  for (const event of events) {
    const before = now;
    now = Math.max(now, event.time);
    const decision = calls.length === 0 ? undefined : calls.length - 1;
    const place = { step, ...(decision !== undefined && { decision }) };
    if (isModelEvent(event)) {
      const call = readCall(event, step, calls.length, recorded.length);
      calls.push(call);
      works.push(...listModelWorks(event, call, before, now));
    }
    if (event.type === "tool_started") started.set(event.callKey, now);
    if (event.type === "tool_finished" || event.type === "tool_suspended") {
      const from = started.get(event.callKey) ?? before;
      works.push({ kind: "tool", name: event.tool, from, to: now, isCall: true, ...place });
    }
    works.push({ kind: "commit", name: "append", from: now, to: now, isCall: false, ...place });
    recorded.push({ at: now, event });
    if (event.type === "moved") step = event.to;
  }
  const first = events.find((event) => event.type === "user");
  return {
    turn: { agent, sessionId, step: firstStep, ...(first && { input: first.text }) },
    from: events[0]!.time,
    to: now,
    end: { status: findStatus(events), step },
    works,
    calls,
    events: recorded,
  };
}

function readCall(
  end: ModelEvent,
  current: string,
  decision: number,
  eventsBefore: number,
): ModelCall {
  const { model: llm = UNKNOWN_MODEL, step = current, prompt } = end;
  const offers = prompt && { offers: listOffers(prompt.offer) };
  return { llm, step, decision, ...offers, eventsBefore, end };
}

/**
 * Lists the works of a model call: its first token and its generation, if the event has its times;
 * otherwise all of the time since the event before.
 */
function listModelWorks(
  { timing }: ModelEvent,
  { llm: name, step, decision }: ModelCall,
  before: number,
  now: number,
): Work[] {
  const within = (time: number) => Math.min(now, Math.max(before, time));
  const { asked = before, first = asked, answered = now } = timing ?? {};
  const begin = within(first);
  const place = { name, step, decision, isCall: true };
  return [
    ...timing?.first === undefined
      ? []
      : [{ ...place, kind: "first token", from: within(asked), to: begin } as const],
    { ...place, kind: "generation", from: begin, to: within(answered) },
  ];
}

function findStatus(events: readonly SessionEvent[]): Exclude<SessionStatus, "running"> {
  const last = events.at(-1)!;
  if (last.type === "ended") return "ended";
  if (last.type === "limit") return "limited";
  if (last.type === "approval_requested") return "needs_approval";
  return last.type === "decision" && last.decision.action === "RESPOND" ? "waiting" : "interrupted";
}
