/**
 * What must hold of a session with limits.
 *
 * @module
 */
import type { SessionEvent } from "../../history/event.ts";
import type { Budget, Limits } from "../../cost/limits.ts";

/** Sees to it that nothing is begun which the limits leave nothing for. */
export class SpendingChecks {
  readonly #report: (message: string) => void;
  #limits: Limits = {};

  /** Tells what is wrong to `report`. */
  constructor(report: (message: string) => void) {
    this.#report = report;
  }

  /** Begins a session with these limits. */
  begin(limits: Limits = {}): void {
    this.#limits = limits;
  }

  /** The model is asked; the turn began at `from`. */
  checkRequest(events: readonly SessionEvent[], from: number): void {
    this.#check(events, from, ({ tokens, modelCalls }, spent, scope) => {
      this.#expect("the model was asked", scope, "tokens", spent.tokens, tokens);
      this.#expect("the model was asked", scope, "model calls", spent.modelCalls, modelCalls);
    });
  }

  /** A tool runs, whose call was counted when it was announced. */
  checkRun(events: readonly SessionEvent[], from: number): void {
    this.#check(events, from, ({ toolCalls }, spent, scope) => {
      this.#expect("a tool ran", scope, "tool calls", spent.toolCalls - 1, toolCalls);
    });
  }

  #check(
    events: readonly SessionEvent[],
    from: number,
    check: (budget: Budget, spent: ReturnType<typeof sum>, scope: string) => void,
  ): void {
    const { turn, session } = this.#limits;
    if (turn !== undefined) check(turn, sum(events.slice(from)), "turn");
    if (session !== undefined) check(session, sum(events), "session");
  }

  #expect(what: string, scope: string, unit: string, spent: number, limit = Infinity): void {
    if (spent < limit) return;
    this.#report(`${what} after ${spent} ${unit} of the ${scope}: expected fewer than ${limit}`);
  }
}

/** What events cost. */
function sum(events: readonly SessionEvent[]): {
  readonly tokens: number;
  readonly modelCalls: number;
  readonly toolCalls: number;
} {
  const spent = { tokens: 0, modelCalls: 0, toolCalls: 0 };
  for (const event of events) {
    if (event.type === "tool_started") spent.toolCalls++;
    const isCut = event.type === "limit" && event.usage !== undefined;
    if (isCut || event.type === "decision" || event.type === "error") spent.modelCalls++;
    if ("usage" in event) spent.tokens += (event.usage?.input ?? 0) + (event.usage?.output ?? 0);
  }
  return spent;
}
