/**
 * Profiles, built from turns.
 *
 * @module
 */
import { VERSION } from "../../version.ts";
import type { ChildUsage } from "../../history/event.ts";
import type { Usage } from "../../llm/llm.ts";
import { readUsage } from "../../llm/usage.ts";
import type { AgentProfile, PartRow, TurnProfile, WasteKind } from "../report/agent_profile.ts";
import { MONEY_UNITS } from "./attribute_tokens.ts";
import { readPrice } from "./call_tokens.ts";
import { Sum } from "./money.ts";
import type { PromptPart } from "./prompt_part.ts";
import { type StepPlace, type TalliedTurn, Tally } from "./tally.ts";
import { profileTurn } from "./turn_profile.ts";
import { listWaste, WasteFinder, type WasteSum } from "./waste.ts";

/** Builds a profile from turns of any number of sessions. */
export class ProfileBuilder {
  readonly #turns: TurnProfile[] = [];
  readonly #tally = new Tally();
  readonly #waste = new Map<WasteKind, WasteSum>();
  readonly #finders: WasteFinder[] = [];
  readonly #total = new Sum();
  readonly #models = new Set<string>();
  #wall = 0;
  #unattributed = 0;
  #isEstimated = false;

  /** Returns a finder of the waste of one session. */
  openWaste(): WasteFinder {
    const finder = new WasteFinder(this.#waste);
    this.#finders.push(finder);
    return finder;
  }

  /** Adds a turn of a session. */
  add(turn: TalliedTurn, waste: WasteFinder): void {
    const { record, calls, agent } = turn;
    for (const { event } of record.events) {
      if (event.type !== "embedded") continue;
      this.#addUsage({ part: "embedded" }, event, 1, { step: event.step, agent });
    }
    for (const { tokens, cost, call, isEstimated } of calls) {
      this.#total.add(tokens, cost);
      this.#models.add(call.llm);
      this.#isEstimated ||= isEstimated;
    }
    this.#tally.add(turn);
    waste.add(record, calls);
    if (agent !== undefined) return;
    this.#wall += record.to - record.from;
    for (const { kind, from, to } of record.segments) {
      if (kind === "unattributed") this.#unattributed += to - from;
    }
    this.#turns.push(profileTurn(record, calls));
  }

  /** Adds the usage of an agent that ran as a tool, whose own turns are not known. */
  addChild({ usage, cost, modelCalls = 0 }: ChildUsage): void {
    this.#addUsage({ part: "child agents" }, { usage, cost }, modelCalls);
    this.#tally.addModelCalls(modelCalls);
  }

  #addUsage(
    part: PromptPart,
    { usage, cost }: PaidUsage,
    requests: number,
    place?: StepPlace,
  ): void {
    const { input = 0, output = 0, isEstimated = false } = readUsage(usage) ?? {};
    const price = readPrice(cost);
    const units = price === undefined ? undefined : Math.round(price * MONEY_UNITS);
    this.#isEstimated ||= isEstimated;
    this.#total.add(input + output, units);
    this.#tally.addUsage(part, input + output, units, requests, place);
  }

  /** Builds the profile. */
  build(
    { agent, source, unknown }: Pick<AgentProfile, "agent" | "source" | "unknown">,
  ): AgentProfile {
    const { tokens, cost } = this.#total.fields;
    const { parts, ...rows } = this.#tally.rows;
    const wall = this.#wall;
    return {
      version: 1,
      package: VERSION,
      agent,
      source,
      model: [...this.#models].join(", "),
      isEstimated: this.#isEstimated,
      unknown,
      turns: [...this.#turns],
      parts,
      ...rows,
      waste: listWaste(this.#waste, this.#finders),
      total: { wall, tokens, ...(cost !== undefined && { cost }) },
      attributed: {
        time: share(wall - this.#unattributed, wall),
        tokens: share(sum(parts, (row) => row.tokens), tokens),
        cost: share(
          sum(parts, (row) => Math.round((row.cost ?? 0) * MONEY_UNITS)),
          this.#total.units,
        ),
      },
    };
  }
}

/** Tokens and price of requests. */
interface PaidUsage {
  readonly usage?: Usage | undefined;
  readonly cost?: number | undefined;
}

/** Adds up the amounts of the rows whose part is known. */
function sum(rows: readonly PartRow[], amount: (row: PartRow) => number): number {
  return rows.reduce((total, row) => row.part === "other" ? total : total + amount(row), 0);
}

/** Returns a part of a whole from 0 to 1; nothing is a whole that is known. */
function share(part: number, whole: number): number {
  return whole === 0 ? 1 : part / whole;
}
