/**
 * Attribution of a turn's time: each moment belongs to the one thing that the turn waits for.
 *
 * @module
 */
import type { SegmentKind, TimelineSegment } from "../draw/timeline.ts";
import { splitWork, type TurnRecord, type Work } from "../record/turn_record.ts";

/** Names of the framework's own work. */
type FrameworkWork = "open turn" | "prepare request" | "read answer" | "act" | "close turn";

/** Order of precedence of works that overlap. The framework's own work is under all others. */
const PRECEDENCE: readonly SegmentKind[] = [
  "guard",
  "first token",
  "generation",
  "tool",
  "commit",
  "reader",
  "framework",
];

/** Turn whose time is attributed. */
export interface TurnTime extends Pick<TurnRecord, "from" | "to" | "works"> {
  readonly turn: Pick<TurnRecord["turn"], "step">;
}

/**
 * Attributes the time of a turn. The segments follow each other without gaps from its start to its
 * end, in milliseconds of the same clock. Gaps between works belong to the framework, by the works
 * on both sides, or to nobody.
 */
export function attributeTime({ from, to, turn, works }: TurnTime): TimelineSegment[] {
  const cut = works
    .flatMap(splitWork)
    .map((work) => ({ ...work, from: Math.max(work.from, from), to: Math.min(work.to, to) }))
    .filter((work) => work.to >= work.from)
    .sort((a, b) => a.from - b.from);
  const ends = cut.toSorted((a, b) => a.to - b.to);
  const bounds = [...new Set([from, ...cut.flatMap((work) => [work.from, work.to]), to])]
    .sort((a, b) => a - b);
  const segments: TimelineSegment[] = [];
  const active = new Set<Work>();
  let [begun, ended] = [0, 0];
  for (let at = 0; at + 1 < bounds.length; at++) {
    const [start, end] = [bounds[at]!, bounds[at + 1]!];
    while (begun < cut.length && cut[begun]!.from <= start) active.add(cut[begun++]!);
    while (ended < ends.length && ends[ended]!.to <= start) active.delete(ends[ended++]!);
    const owner = chooseOwner(active);
    if (owner === undefined) {
      const [left, right] = [ends[ended - 1], cut[begun]];
      append(segments, nameGap(left, right, turn.step, start, end));
    } else for (const part of cutWork(owner, start, end)) append(segments, part);
  }
  return segments;
}

/**
 * Chooses the work that a turn waits for: of parallel tools the one that ends last, of other works
 * of one kind the innermost.
 */
function chooseOwner(active: ReadonlySet<Work>): Work | undefined {
  let owner: Work | undefined;
  for (const work of active) {
    const order = owner === undefined ? -1 : rank(work) - rank(owner);
    if (order < 0 || order === 0 && (work.kind !== "tool" || work.to > owner!.to)) owner = work;
  }
  return owner;
}

function rank({ kind }: Work): number {
  return PRECEDENCE.indexOf(kind);
}

/** Returns the segments of a work: those of its session if it is an agent, and its own around them. */
function cutWork(owner: Work, from: number, to: number): TimelineSegment[] {
  const parts: TimelineSegment[] = [];
  let at = from;
  for (const segment of owner.children ?? []) {
    const [start, end] = [Math.max(segment.from, at), Math.min(segment.to, to)];
    if (end <= start) continue;
    if (start > at) parts.push(toSegment(owner, at, start));
    parts.push({ ...segment, from: start, to: end });
    at = end;
  }
  if (at < to) parts.push(toSegment(owner, at, to));
  return parts;
}

function toSegment(
  { kind, name, step, decision }: Work,
  from: number,
  to: number,
): TimelineSegment {
  return { from, to, kind, name, step, ...(decision !== undefined && { decision }) };
}

/** Appends a segment, or lengthens the last one if it is the same. */
function append(segments: TimelineSegment[], next: TimelineSegment): void {
  const last = segments.at(-1);
  const isSame = last !== undefined && last.kind === next.kind && last.name === next.name &&
    last.step === next.step && last.decision === next.decision && last.agent === next.agent;
  if (isSame) segments[segments.length - 1] = { ...last, to: next.to };
  else segments.push(next);
}

/** Names a gap between two works; undefined at the start and at the end of the turn. */
function nameGap(
  left: Work | undefined,
  right: Work | undefined,
  firstStep: string,
  from: number,
  to: number,
): TimelineSegment {
  const name = findFrameworkWork(left, right);
  const beside = name === "prepare request" ? right : left ?? right;
  const { step = firstStep, decision } = beside ?? {};
  return {
    from,
    to,
    ...(name === undefined
      ? { kind: "unattributed", name: `${markOf(left, "start")} → ${markOf(right, "end")}` }
      : { kind: "framework", name }),
    step,
    ...(decision !== undefined && { decision }),
  };
}

/** Name of a work as a mark beside a gap. */
type Mark =
  | "start"
  | "claim"
  | "prepare"
  | "model"
  | "read"
  | "guard"
  | "tool"
  | "commit"
  | "reader"
  | "end";

function markOf(work: Work | undefined, border: "start" | "end"): Mark {
  if (work === undefined) return border;
  switch (work.kind) {
    case "first token":
    case "generation":
      return "model";
    case "framework":
      return work.name === "prepare request" ? "prepare" : "read";
    case "commit":
      return work.name === "claim" ? "claim" : "commit";
    default:
      return work.kind;
  }
}

/** Returns what the framework did between two works; undefined if nothing is known to lie there. */
function findFrameworkWork(left: Work | undefined, right: Work | undefined) {
  return GAPS[markOf(left, "start")][markOf(right, "end")];
}

const OPENING = {
  claim: "open turn",
  commit: "open turn",
  reader: "open turn",
  tool: "open turn",
  prepare: "open turn",
  guard: "open turn",
  model: "open turn",
} as const;

/** Framework's work between two works, by the one that ended last and the one that begins next. */
const GAPS: Readonly<Record<Mark, Partial<Record<Mark, FrameworkWork>>>> = {
  start: { ...OPENING, end: "open turn" },
  claim: { ...OPENING, end: "close turn" },
  // A commit, or the reader of its events, precedes all other work of a turn's loop.
  commit: {
    claim: "open turn",
    commit: "act",
    reader: "act",
    tool: "act",
    prepare: "prepare request",
    guard: "prepare request",
    model: "prepare request",
    end: "close turn",
  },
  reader: {
    commit: "act",
    reader: "act",
    tool: "act",
    prepare: "prepare request",
    guard: "prepare request",
    // Between the chunks of an answer.
    model: "read answer",
    read: "read answer",
    end: "close turn",
  },
  prepare: {
    prepare: "prepare request",
    guard: "prepare request",
    model: "prepare request",
    commit: "prepare request",
    end: "close turn",
  },
  // Outside of "prepare", a guard is the condition of an approval.
  guard: {
    guard: "prepare request",
    prepare: "prepare request",
    model: "prepare request",
    read: "read answer",
    commit: "read answer",
    tool: "act",
    end: "close turn",
  },
  model: {
    model: "read answer",
    reader: "read answer",
    read: "read answer",
    guard: "read answer",
    commit: "read answer",
    end: "close turn",
  },
  read: {
    model: "read answer",
    reader: "read answer",
    read: "read answer",
    guard: "read answer",
    commit: "read answer",
    tool: "act",
    end: "close turn",
  },
  tool: { tool: "act", commit: "act", reader: "act", end: "close turn" },
  end: {},
};
