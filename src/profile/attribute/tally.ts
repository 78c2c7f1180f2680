/**
 * Rows of a profile's tables, summed up turn by turn.
 *
 * @module
 */
import type { SessionEvent } from "../../history/event.ts";
import type { Figures, PartRow, StepRow, TimeRow, ToolRow } from "../report/agent_profile.ts";
import { attributeTime } from "./attribute_time.ts";
import type { CallTokens } from "./call_tokens.ts";
import { Sum } from "./money.ts";
import { keyOfPart, type PromptPart } from "./prompt_part.ts";
import type { TurnRecord } from "../record/turn_record.ts";

/** Turn to sum up. */
export interface TalliedTurn {
  readonly record: TurnRecord;
  /** Model calls of the turn, in order. */
  readonly calls: readonly CallTokens[];
  /** Agent of the turn, if it ran as a tool; its time is in the turn of its caller. */
  readonly agent?: string;
}

/** Step of an agent. */
export interface StepPlace {
  readonly step: string;
  /** Agent, if it ran as a tool. */
  readonly agent: string | undefined;
}

/** Sums of any number of turns. */
export class Tally {
  readonly #time = new Map<string, Mutable<TimeRow>>();
  readonly #parts = new Map<string, PartSum>();
  readonly #steps = new Map<string, StepSum>();
  readonly #tools = new Map<
    string,
    Mutable<Pick<ToolRow, "calls" | "wall" | "busy" | "resultChars">>
  >();
  readonly #figures: Mutable<Figures> = {
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

  /** Adds a turn. */
  add(turn: TalliedTurn): void {
    this.#figures.turns++;
    this.#addTime(turn);
    for (const call of turn.calls) this.#addCall(call, turn.agent);
    for (const { event } of turn.record.events) this.#addEvent(event);
  }

  #addTime({ record, agent }: TalliedTurn): void {
    if (agent === undefined) {
      for (const segment of record.segments) {
        this.#timeRow(segment).wall += segment.to - segment.from;
      }
    }
    for (const { step, from, to, agent: of } of record.segments) {
      if (of === undefined && step !== undefined) this.#step(step, agent).wall += to - from;
    }
    const calls = record.works.filter((work) => work.kind === "tool");
    const hasChild = calls.some(({ children }) => children !== undefined);
    // The time of an agent that ran as a tool is that of the tool.
    const whole = calls.map(({ children: _, ...work }) => work);
    const segments = hasChild
      ? attributeTime({ ...record, step: record.turn.step, works: whole })
      : record.segments;
    for (const { kind, name, from, to, agent: of } of segments) {
      if (kind === "tool" && of === undefined) this.#tool(name).wall += to - from;
    }
    for (const { kind, name, from, to, isCall } of record.works) {
      if (kind === "framework" || !isCall && to === from) continue;
      const row = this.#timeRow({ kind, name, ...(agent !== undefined && { agent }) });
      row.busy = (row.busy ?? 0) + to - from;
      if (isCall) row.calls = (row.calls ?? 0) + 1;
      if (kind === "tool") this.#tool(name).busy += to - from;
    }
  }

  #addCall(
    { call, shares, tokens, cost, answer: part, answerChars, ...size }: CallTokens,
    agent?: string,
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
    step.sum.add(tokens, cost);
    for (const share of shares) {
      const row = this.#part(share);
      row.sum.add(share.tokens, cost === undefined ? undefined : share.cost);
      row.cached += share.cached;
      if (share.isNew) row.new += share.tokens;
    }
    const ranges = prompt.slice(0, prompt.chars);
    const answer = answerChars > 0 ? [{ part, chars: answerChars }] : [];
    for (const range of [...ranges, ...answer]) this.#part(range).chars += range.chars;
    for (const key of new Set([...ranges, ...answer].map(keyOfPart))) {
      this.#parts.get(key)!.requests++;
    }
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

  /** Adds requests whose texts are not known; `place` is their step, if it is known. */
  addUsage(
    part: PromptPart,
    tokens: number,
    units: number | undefined,
    requests: number,
    place?: StepPlace,
  ): void {
    if (place !== undefined) this.#step(place.step, place.agent).sum.add(tokens, units);
    const row = this.#part(part);
    row.sum.add(tokens, units);
    row.new += tokens;
    row.requests += requests;
  }

  /** Adds model calls of an agent that ran as a tool, which were not observed. */
  addModelCalls(count: number): void {
    this.#figures.model_calls += count;
  }

  #timeRow({ kind, name, agent }: Pick<TimeRow, "kind" | "name" | "agent">): Mutable<TimeRow> {
    const row = { kind, name, ...(agent !== undefined && { agent }), wall: 0 };
    return open(this.#time, JSON.stringify([kind, name, agent]), () => row);
  }

  #part({ part, name }: PromptPart): PartSum {
    const create = (): PartSum => ({
      part: { part, ...(name !== undefined && { name }) },
      sum: new Sum(),
      cached: 0,
      new: 0,
      chars: 0,
      requests: 0,
    });
    return open(this.#parts, keyOfPart({ part, ...(name !== undefined && { name }) }), create);
  }

  #step(step: string, agent: string | undefined): StepSum {
    const create = () => ({
      step,
      agent,
      offers: new Set<string>(),
      calls: 0,
      wall: 0,
      sum: new Sum(),
    });
    return open(this.#steps, JSON.stringify([step, agent]), create);
  }

  #tool(tool: string) {
    return open(this.#tools, tool, () => ({ calls: 0, wall: 0, busy: 0, resultChars: 0 }));
  }

  /** Rows so far. */
  get rows(): {
    readonly time: readonly TimeRow[];
    readonly parts: readonly PartRow[];
    readonly steps: readonly StepRow[];
    readonly tools: readonly ToolRow[];
    readonly figures: Figures;
  } {
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
    const steps = [...this.#steps.values()].map(({ sum, agent, offers, ...row }): StepRow => ({
      ...row,
      ...(offers.size > 0 && { offers: [...offers].sort() }),
      ...(agent !== undefined && { agent }),
      ...sum.fields,
    }));
    return { time: [...this.#time.values()], parts, steps, tools, figures: { ...this.#figures } };
  }
}

type Mutable<Row> = { -readonly [Key in keyof Row]: Row[Key] };

interface PartSum {
  readonly part: PromptPart;
  readonly sum: Sum;
  cached: number;
  new: number;
  chars: number;
  requests: number;
}

interface StepSum extends StepPlace {
  readonly offers: Set<string>;
  readonly sum: Sum;
  calls: number;
  wall: number;
}

/** Returns the row of a key, made when it is first needed. */
function open<Row>(rows: Map<string, Row>, key: string, create: () => Row): Row {
  let row = rows.get(key);
  if (row === undefined) rows.set(key, row = create());
  return row;
}
