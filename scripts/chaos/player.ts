/**
 * Plays sessions, and notes what it was told and what its tools did.
 *
 * @module
 */
import { type Agent, type OpenOptions, type Session, SessionBusyError } from "@nomos/agent";
import { LeaseLostError, type Store, StoreError } from "@nomos/agent/store";
import type { Clock } from "../../src/clock.ts";
import type { SessionEvent } from "../../src/history/event.ts";
import { serializeEvent } from "../../src/store/entry_body.ts";
import { Death } from "./death.ts";
import { type Journal, readJournal } from "./journal.ts";
import { scriptedAgent, type World } from "./scripted_agent.ts";

/** Options of a player. */
export interface PlayOptions {
  /** By default `"interrupt"`: nobody else who lives has the sessions of this player. */
  readonly whenBusy?: NonNullable<OpenOptions["whenBusy"]>;
  /** Duration of a lease, in milliseconds. Default: that of `openSession`. */
  readonly leaseTime?: number;
  /** Duration of a tool call after its effect, in milliseconds. Default: 0. */
  readonly toolTime?: number;
  /** The clock of retries and leases. Default: the machine's. */
  readonly clock?: Clock;
  /** Point at which the player dies. Default: none. */
  readonly death?: Death;
  /** Is told of each effect. */
  readonly onEffect?: () => void;
  /** Store in which tools look up records of their calls. Default: the store of the player. */
  readonly truth?: Store;
}

/** Plays the sessions of one worker. */
export class Player {
  readonly #store: Store;
  readonly #truth: Store;
  readonly #journal: Journal;
  readonly #options: PlayOptions;
  readonly #death: Death;
  readonly #agent: Agent<Record<"desk" | "till", unknown>, World> = scriptedAgent();

  /** Plays in a store. */
  constructor(store: Store, journal: Journal, options: PlayOptions = {}) {
    this.#death = options.death ?? new Death();
    this.#store = this.#death.watch(store);
    this.#truth = options.truth ?? store;
    this.#journal = journal;
    this.#options = options;
  }

  /**
   * Plays a session until it has so many turns: finishes what a dead worker left
   * first. Where the storage fails, `onFailure` decides whether to go on.
   */
  async play(id: string, turns: number, onFailure: "stop" | "retry" = "stop"): Promise<void> {
    for (;;) {
      try {
        if (await this.#step(id, turns)) return;
      } catch (error) {
        this.#note(id, error);
        if (onFailure === "stop" || !(error instanceof StoreError)) throw error;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
  }

  /** Posts one input to a session, whatever others do with it. */
  async post(id: string, input: string): Promise<void> {
    await this.#stream(await this.#open(id), input);
  }

  /** Goes on with a session by one turn. True if nothing is left to do. */
  async #step(id: string, turns: number): Promise<boolean> {
    const session = await this.#open(id);
    switch (session.status) {
      case "needs_approval": {
        const turn = await session.settle(session.approvals[0]!.callKey, "settled by hand");
        for (const event of turn.events) this.#acknowledge(id, event);
        return false;
      }
      case "waiting": {
        let played = 0;
        for await (const { type } of session.events()) if (type === "user") played++;
        if (played >= turns) return true;
        await this.#stream(session, `turn ${played}`);
        return false;
      }
      default:
        await this.#stream(session, undefined);
        return false;
    }
  }

  #open(id: string): Promise<Session> {
    const { whenBusy = "interrupt", leaseTime, clock } = this.#options;
    return this.#agent.openSession(id, {
      store: this.#store,
      context: this.#worldOf(id),
      whenBusy,
      maxWait: 120_000,
      ...(leaseTime !== undefined && { leaseTime }),
      ...(clock !== undefined && { clock }),
    });
  }

  async #stream(session: Session, input: string | undefined): Promise<void> {
    for await (const part of session.stream(input)) {
      if (part.type !== "delta" && part.type !== "restart") this.#acknowledge(session.id, part);
    }
  }

  #acknowledge(session: string, event: SessionEvent): void {
    this.#journal.note("acknowledged", { session, seq: event.seq, body: serializeEvent(event) });
  }

  #note(session: string, error: unknown): void {
    if (error instanceof LeaseLostError) {
      const by = error.cause === undefined ? "renew" : "append";
      this.#journal.note("lost", { session, by });
    } else if (error instanceof StoreError || error instanceof SessionBusyError) {
      this.#journal.note("failed", { session, message: error.message });
    }
  }

  #worldOf(session: string): World {
    const { toolTime = 0, onEffect } = this.#options;
    return {
      effect: async (tool, callKey) => {
        // A store that fails now is no reason for the tool to fail.
        const isRecorded = await this.#isRecorded(session, callKey).catch(() => false);
        await this.#death.around("effect", () => {
          this.#journal.note("effect", { session, tool, callKey, isRecorded });
          onEffect?.();
          return Promise.resolve();
        });
        if (toolTime > 0) await new Promise((resolve) => setTimeout(resolve, toolTime));
      },
      hasHappened: async (callKey) =>
        (await readJournal(this.#journal.path)).some((note) =>
          note.kind === "effect" && note.callKey === callKey
        ),
    };
  }

  /** Returns true if the stored log has a result of a call. */
  async #isRecorded(session: string, callKey: string): Promise<boolean> {
    const decision = Number(callKey.split("/").at(-2));
    const entries = await this.#truth.entries(session, { from: decision, limit: 100 });
    return entries.some(({ body }) => {
      const [, event] = JSON.parse(body) as [number, SessionEvent];
      return event.type === "tool_finished" && event.callKey === callKey;
    });
  }
}

/** Does work for every item, so many at once. */
export async function atOnce<Item>(
  count: number,
  items: Iterable<Item>,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const queue = items[Symbol.iterator]();
  const lane = async () => {
    for (let next = queue.next(); !next.done; next = queue.next()) await work(next.value);
  };
  await Promise.all(Array.from({ length: count }, lane));
}
