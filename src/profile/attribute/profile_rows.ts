/**
 * Rows of a profile's tables, summed up turn by turn.
 *
 * @module
 */
import type { SessionEvent } from "../../history/event.ts";
import type { AgentProfile, Figures, PartRow, TimeRow } from "../agent_profile.ts";
import type { TimelineSegment } from "../draw/timeline.ts";
import { splitWork, type TurnRecord } from "../record/turn_record.ts";
import { attributeTime } from "./attribute_time.ts";
import type { CallTokens } from "./call_tokens.ts";
import { Sum } from "./money.ts";
import { keyOfPart, type PromptPart } from "./prompt_part.ts";

/** Turn whose time, tokens and money are attributed. */
export interface AttributedTurn {
  readonly record: TurnRecord;
  readonly segments: readonly TimelineSegment[];
  /** Model calls, in order. */
  readonly calls: readonly CallTokens[];
  /** Agent of the turn, if it ran as a tool; its time is in the turn of its caller. */
  readonly agent: string | undefined;
}

/** Requests whose texts are not known. */
export interface UnknownRequests {
  readonly part: PromptPart["part"];
  readonly tokens: number;
  /** Price in the smallest units of money; undefined if it is not known. */
  readonly units: number | undefined;
  readonly requests: number;
  /** Step of the requests; undefined if it is not known. */
  readonly step?: string;
  /** Agent of the step, if it ran as a tool. */
  readonly agent?: string | undefined;
}

/** Figures of a profile without turns. */
const NO_FIGURES: Figures = {
  turns: 0,
  model_calls: 0,
  tool_calls: 0,
  moves: 0,
  refused: 0,
  fallbacks: 0,
  events: 0,
  commits: 0,
  prompt_chars: 0,
  schema_chars: 0,
  stable_chars: 0,
  result_chars: 0,
  answer_chars: 0,
  max_prompt_chars: 0,
};

/** Names of all figures. */
export const FIGURES = Object.keys(NO_FIGURES) as readonly (keyof Figures)[];

/** Rows of any number of turns. */
export class ProfileRows {
  readonly #time = new Map<string, Mutable<TimeRow>>();
  readonly #parts = new Map<string, PartSum>();
  readonly #steps = new Map<string, StepSum>();
  readonly #tools = new Map<string, ToolSum>();
  readonly #figures: Mutable<Figures> = { ...NO_FIGURES };

  /** Adds a turn. */
  add(turn: AttributedTurn): void {
    this.#figures.turns++;
    this.#addTime(turn);
    for (const call of turn.calls) this.#addCall(call, turn.agent);
    for (const { event } of turn.record.events) this.#addEvent(event);
  }

  /** Adds requests whose texts are not known. */
  addUnknown({ part, tokens, units, requests, step, agent }: UnknownRequests): void {
    if (step !== undefined) this.#step(step, agent).sum.add(tokens, units);
    const row = this.#part({ part });
    row.sum.add(tokens, units);
    row.new += tokens;
    row.requests += requests;
    // An embedding is not a model call.
    if (part === "child agents") this.#figures.model_calls += requests;
  }

  #addTime({ record, segments, agent }: AttributedTurn): void {
    for (const segment of segments) {
      const wall = segment.to - segment.from;
      if (agent === undefined) this.#timeRow(segment).wall += wall;
      if (segment.agent === undefined) this.#step(segment.step!, agent).wall += wall;
    }
    const tools = record.works.filter(({ kind }) => kind === "tool");
    const hasChild = tools.some(({ children }) => children !== undefined);
    // The time of an agent that ran as a tool is that of the tool.
    const works = tools.map(({ children: _, ...work }) => work);
    const whole = hasChild ? attributeTime({ ...record, works }) : segments;
    for (const { kind, name, from, to, agent: of } of whole) {
      if (kind === "tool" && of === undefined) this.#tool(name).wall += to - from;
    }
    for (const work of record.works) {
      const { kind, name, isCall } = work;
      const busy = splitWork(work).reduce((sum, { from, to }) => sum + to - from, 0);
      if (kind === "framework" || !isCall && busy === 0) continue;
      const row = this.#timeRow({ kind, name, ...(agent !== undefined && { agent }) });
      row.busy = (row.busy ?? 0) + busy;
      if (isCall) row.calls = (row.calls ?? 0) + 1;
      if (kind === "tool") this.#tool(name).busy += busy;
    }
  }

  #addCall(
    { call, size, shares, tokens, units, answer, answerChars }: CallTokens,
    agent: string | undefined,
  ): void {
    const { promptChars, schemaChars, stableChars, prompt } = size;
    const figures = this.#figures;
    figures.model_calls++;
    figures.prompt_chars += promptChars;
    figures.schema_chars += schemaChars;
    figures.stable_chars += stableChars;
    figures.answer_chars += answerChars;
    figures.max_prompt_chars = Math.max(figures.max_prompt_chars, promptChars);
    const step = this.#step(call.step, agent);
    step.calls++;
    for (const offer of call.offers ?? []) step.offers.add(offer);
    step.sum.add(tokens, units);
    for (const share of shares) {
      const row = this.#part(share);
      row.sum.add(share.tokens, units === undefined ? undefined : share.units);
      row.cached += share.cached;
      if (share.isNew) row.new += share.tokens;
    }
    const written = answerChars > 0 ? [{ part: answer, chars: answerChars }] : [];
    const rows = new Set<PartSum>();
    for (const range of [...prompt.slice(0, prompt.chars), ...written]) {
      const row = this.#part(range);
      row.chars += range.chars;
      rows.add(row);
    }
    for (const row of rows) row.requests++;
  }

  #addEvent(event: SessionEvent): void {
    const figures = this.#figures;
    figures.events++;
    if (event.joined === undefined) figures.commits++;
    if (event.type === "error") figures.refused++;
    if (event.type === "respond_only") figures.fallbacks++;
    if (event.type === "decision" && event.decision.action === "MOVE") figures.moves++;
    if (event.type !== "tool_finished") return;
    figures.tool_calls++;
    figures.result_chars += event.text.length;
    if (event.outcome === "redirected") figures.fallbacks++;
    const tool = this.#tool(event.tool);
    tool.calls++;
    tool.resultChars += event.text.length;
  }

  #timeRow({ kind, name, agent }: Pick<TimeRow, "kind" | "name" | "agent">): Mutable<TimeRow> {
    const create = () => ({ kind, name, ...(agent !== undefined && { agent }), wall: 0 });
    return open(this.#time, JSON.stringify([kind, name, agent]), create);
  }

  #part({ part, name }: PromptPart): PartSum {
    const own: PromptPart = { part, ...(name !== undefined && { name }) };
    const create = () => ({ part: own, sum: new Sum(), cached: 0, new: 0, chars: 0, requests: 0 });
    return open(this.#parts, keyOfPart(own), create);
  }

  #step(step: string, agent: string | undefined): StepSum {
    const own = { step, ...(agent !== undefined && { agent }) };
    const create = () => ({ ...own, offers: new Set<string>(), calls: 0, wall: 0, sum: new Sum() });
    return open(this.#steps, JSON.stringify([step, agent]), create);
  }

  #tool(tool: string): ToolSum {
    return open(this.#tools, tool, () => ({ calls: 0, wall: 0, busy: 0, resultChars: 0 }));
  }

  /** Returns the rows so far. */
  list(): Pick<AgentProfile, "time" | "parts" | "steps" | "tools" | "figures"> {
    const parts = [...this.#parts.values()].map(({ part, sum, ...row }): PartRow => ({
      ...part,
      ...row,
      ...sum.fields,
      carried: sum.tokens - row.new,
    }));
    const tools = [...this.#tools].map(([tool, row]): ToolRow => {
      const results = parts.find(({ part, name }) => part === "tool results" && name === tool);
      return {
        tool,
        ...row,
        resultTokens: results?.new ?? 0,
        carriedTokens: results?.carried ?? 0,
        requests: results?.requests ?? 0,
        ...(results?.cost !== undefined && { cost: results.cost }),
      };
    });
    const steps = [...this.#steps.values()].map(({ sum, offers, ...row }): StepRow => ({
      ...row,
      ...(offers.size > 0 && { offers: [...offers].sort() }),
      ...sum.fields,
    }));
    return { time: [...this.#time.values()], parts, steps, tools, figures: { ...this.#figures } };
  }
}

type StepRow = AgentProfile["steps"][number];

type ToolRow = AgentProfile["tools"][number];

type Mutable<Row> = { -readonly [Key in keyof Row]: Row[Key] };

type ToolSum = Mutable<Pick<ToolRow, "calls" | "wall" | "busy" | "resultChars">>;

interface PartSum {
  readonly part: PromptPart;
  readonly sum: Sum;
  cached: number;
  new: number;
  chars: number;
  requests: number;
}

interface StepSum {
  readonly step: string;
  readonly agent?: string;
  readonly offers: Set<string>;
  readonly sum: Sum;
  calls: number;
  wall: number;
}

/** Returns the row of a key, created when it is first needed. */
function open<Row>(rows: Map<string, Row>, key: string, create: () => Row): Row {
  let row = rows.get(key);
  if (row === undefined) rows.set(key, row = create());
  return row;
}
