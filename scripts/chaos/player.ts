/**
 * Player of sessions, which records acknowledged events and effects in the journal.
 *
 * @module
 */
import {
  type Agent,
  ApprovalError,
  type OpenOptions,
  type Session,
  SessionBusyError,
  SessionWaitingError,
} from "@nomos/agent";
import { LeaseLostError, type Store, StoreError } from "@nomos/agent/store";
import type { Clock } from "../../src/clock.ts";
import type { SessionEvent } from "../../src/history/event.ts";
import { serializeEvent } from "../../src/store/entry/entry_body.ts";
import { CrashInjector } from "./crash_injector.ts";
import { type Journal, readJournal } from "./journal.ts";
import { scriptedAgent, type World } from "./scripted_agent.ts";

/** Options of a player. */
export interface PlayOptions {
  /** Default: `"interrupt"`, because no other live player has the sessions of this one. */
  readonly whenBusy?: NonNullable<OpenOptions["whenBusy"]>;
  /** Duration of a lease, in milliseconds. Default: that of `openSession`. */
  readonly leaseTime?: number;
  /** Duration of a tool call after its effect, in milliseconds. Default: 0. */
  readonly toolTime?: number;
  /** Clock of retries and leases. Default: the system clock. */
  readonly clock?: Clock;
  /** Crash of the player. Default: none. */
  readonly crash?: CrashInjector;
  /** Called after each effect. */
  readonly onEffect?: () => void;
  /** Store in which tools look up records of their calls. Default: the store of the player. */
  readonly truth?: Store;
  /**
   * If true, plays all turns of a session with one `Session` object, and sends the input of a
   * failed turn again, with its `inputId`. Default: false, which opens the session for each turn,
   * and resumes.
   */
  readonly keepsSessions?: boolean;
}

/** Plays the sessions of one worker. */
export class Player {
  readonly #store: Store;
  readonly #truth: Store;
  readonly #journal: Journal;
  readonly #options: PlayOptions;
  readonly #crash: CrashInjector;
  readonly #kept = new Map<string, Session>();
  /** Last inputs of the kept sessions, by id. */
  readonly #inputs = new Map<string, string>();
  readonly #agent: Agent<Record<"desk" | "till", unknown>, unknown, World> = scriptedAgent();

  /** Makes a player of the sessions of a store. */
  constructor(store: Store, journal: Journal, options: PlayOptions = {}) {
    this.#crash = options.crash ?? new CrashInjector();
    this.#store = this.#crash.wrapStore(store);
    this.#truth = options.truth ?? store;
    this.#journal = journal;
    this.#options = options;
  }

  /**
   * Plays a session up to a number of turns, after finishing the turn that a killed worker
   * left. If a turn fails because the storage failed, throws, or retries it with
   * `onFailure: "retry"`.
   */
  async play(id: string, turns: number, onFailure: "stop" | "retry" = "stop"): Promise<void> {
    for (;;) {
      try {
        if (await this.#playTurn(id, turns)) return;
      } catch (error) {
        this.#recordFailure(id, error);
        if (onFailure === "stop" || !(error instanceof StoreError)) throw error;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
  }

  /** Posts one input to a session that other players may use, and decides about its calls. */
  async post(id: string, input: string): Promise<void> {
    const session = await this.#open(id);
    await this.#stream(session, input);
    try {
      while (session.status === "needs_approval") await this.#decide(session);
    } catch (error) {
      // Another player went on.
      if (!(error instanceof ApprovalError)) throw error;
    }
  }

  /** Plays one turn of a session. Returns true if it already has all its turns. */
  async #playTurn(id: string, turns: number): Promise<boolean> {
    const session = this.#kept.get(id) ?? await this.#open(id);
    if (this.#options.keepsSessions) this.#kept.set(id, session);
    while (session.status === "running") await this.#takeOver(session);
    switch (session.status) {
      case "needs_approval":
        await this.#decide(session);
        return false;
      case "waiting": {
        let played = 0;
        for await (const { type } of session.events()) if (type === "user") played++;
        if (played >= turns) return true;
        await this.#stream(session, `turn ${played}`);
        return false;
      }
      default: {
        const events = await this.#stream(session, this.#inputs.get(id)).catch((error) => {
          // The last append of a killed worker may end the turn after the session was opened.
          if (error instanceof SessionWaitingError) return 0;
          throw error;
        });
        // Otherwise, this would be repeated forever.
        if (events > 0 || session.status !== "interrupted") return false;
        throw new Error(`the interrupted turn of session ${id} does not go on`);
      }
    }
  }

  /** Takes the lease of a killed worker over, or waits until it runs out. Changes nothing. */
  async #takeOver(session: Session): Promise<void> {
    await session.resume({ signal: AbortSignal.abort() }).catch((error) => {
      if (!(error instanceof SessionWaitingError)) throw error;
    });
    if (session.status !== "running") return;
    await new Promise((resolve) => setTimeout(resolve, 20));
    await session.refresh();
  }

  /** Decides about the first call that waits, after the earlier verdicts about it were repeated. */
  async #decide(session: Session): Promise<void> {
    const { id, approvals: [request] } = session;
    const { callKey, hash, reason } = request!;
    for (const record of await readJournal(this.#journal.path)) {
      const isEarlier = record.kind === "decided" && record.session === id &&
        record.callKey === callKey && record.hash !== hash;
      if (isEarlier) await this.#repeat(session, record);
    }
    this.#journal.append("decided", { session: id, callKey, hash });
    const turn = reason === "approval"
      ? await session.approve(callKey, { hash })
      : await session.settle(callKey, "settled by hand", { hash });
    for (const event of turn.events) this.#acknowledge(id, event);
  }

  /** Repeats a verdict, as a person does who saw no answer because the worker was killed. */
  async #repeat(
    session: Session,
    { callKey, hash }: { readonly callKey: string; readonly hash: string },
  ): Promise<void> {
    try {
      await session.approve(callKey, { hash });
    } catch (error) {
      if (!(error instanceof ApprovalError)) throw error;
    }
  }

  #open(id: string): Promise<Session> {
    const { whenBusy = "interrupt", leaseTime, clock } = this.#options;
    return this.#agent.openSession(id, {
      store: this.#store,
      context: this.#makeWorld(id),
      whenBusy,
      maxWait: 120_000,
      ...(leaseTime !== undefined && { leaseTime }),
      ...(clock !== undefined && { clock }),
    });
  }

  /** Streams a turn. Returns the number of its events. */
  async #stream(session: Session, input: string | undefined): Promise<number> {
    const { id } = session;
    const isKept = this.#kept.has(id) && input !== undefined;
    if (isKept) this.#inputs.set(id, input);
    const options = { children: true, ...(isKept && { inputId: input }) };
    let events = 0;
    for await (const part of session.stream(input ?? { resume: true }, options)) {
      if ("seq" in part) {
        this.#acknowledge(id, part);
        events++;
      } else if (part.type === "child" && "seq" in part.part) {
        this.#acknowledge(id, part.part, findChildId(id, part.callKey));
      }
    }
    return events;
  }

  #acknowledge(session: string, event: SessionEvent, child?: string): void {
    const { seq } = event;
    const body = serializeEvent(event);
    this.#journal.append("acknowledged", { session, ...(child && { child }), seq, body });
  }

  #recordFailure(session: string, error: unknown): void {
    if (error instanceof LeaseLostError) {
      const by = error.cause === undefined ? "renew" : "append";
      this.#journal.append("lost", { session, by });
    } else if (error instanceof StoreError || error instanceof SessionBusyError) {
      this.#journal.append("failed", { session, message: error.message });
    }
  }

  #makeWorld(session: string): World {
    const { toolTime = 0, onEffect } = this.#options;
    return {
      effect: async (tool, callKey) => {
        // Ignored, because a failed look-up must not fail the tool.
        const isRecorded = await this.#isRecorded(session, callKey).catch(() => false);
        await this.#crash.run("effect", () => {
          this.#journal.append("effect", { session, tool, callKey, isRecorded });
          onEffect?.();
          return Promise.resolve();
        });
        if (toolTime > 0) await new Promise((resolve) => setTimeout(resolve, toolTime));
      },
      hasHappened: async (callKey) =>
        (await readJournal(this.#journal.path)).some((record) =>
          record.kind === "effect" && record.callKey === callKey
        ),
    };
  }

  /** Returns true if the stored log has a result of a call. */
  async #isRecorded(session: string, callKey: string): Promise<boolean> {
    const [decision] = callKey.split("/").slice(-2);
    const child = callKey.startsWith(`${session}~`) ? undefined : ownerOf(callKey);
    const range = { child, from: Number(decision), limit: 100 };
    const entries = await this.#truth.entries(session, range);
    return entries.some(({ body }) => {
      const [, event] = JSON.parse(body) as [number, SessionEvent];
      return event.type === "tool_finished" && event.callKey === callKey;
    });
  }
}

/** Returns the id of the child session of a call. */
export function findChildId(session: string, callKey: string): string {
  return callKey.slice(`${session}~`.length);
}

/** Returns the part of a call key that names its session. */
function ownerOf(callKey: string): string {
  return callKey.split("/").slice(0, -2).join("/");
}

/** Calls `work` for every item, at most `count` at a time. */
export async function runConcurrently<Item>(
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
