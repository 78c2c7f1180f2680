/**
 * Resuming the sessions of processes that died.
 *
 * @module
 */
import * as v from "valibot";
import { ConfigError, quote, SessionBusyError, SessionWaitingError } from "../errors.ts";
import type { SessionStatus } from "../history/position.ts";
import { checkOptions, type OptionShape, wholeNumber } from "../schema/option_shape.ts";
import { ATTEMPT, attemptOf } from "./lease/acquire_lease.ts";
import type { ListedSession } from "./session_list.ts";
import type { Store } from "./store.ts";

/** Agent whose sessions are resumed: an `Agent`. */
export interface ResumableAgent<Options> {
  /** Name of the agent. */
  readonly name: string;
  /** Opens a session. */
  openSession(id: string, options: Options): Promise<ResumableSession>;
}

/** Session that is resumed: a `Session`. */
export interface ResumableSession {
  /** Finishes the turn that was interrupted. */
  resume(): Promise<{ readonly status: SessionStatus }>;
}

/** Options of {@linkcode resumeInterrupted}. */
export interface ResumeOptions<Context = unknown> {
  /**
   * Context of the sessions, or a function that returns the context of the session with an id.
   * Default: none.
   */
  readonly context?: Context | ((id: string) => Context | Promise<Context>);
  /** Maximum number of sessions that are resumed at once. Default: 4. */
  readonly concurrency?: number;
  /**
   * Maximum number of times in a row that a session is resumed after a crash. If the process died
   * each time, the session is skipped. Default: 3.
   */
  readonly maxAttempts?: number;
}

const resumeShape: OptionShape<ResumeOptions> = {
  context: v.optional(v.unknown()),
  concurrency: wholeNumber(1),
  maxAttempts: wholeNumber(1),
};

/** Context that the options of `openSession()` require, or may have. */
export type ContextOf<Options> = Options extends { readonly context?: infer Context } ? Context
  : unknown;

/** Options of {@linkcode resumeInterrupted}: required if the agent needs a context. */
export type ResumeArguments<Options> = Options extends { readonly context: infer Context }
  ? [options: ResumeOptions<Context> & Required<Pick<ResumeOptions<Context>, "context">>]
  : [options?: ResumeOptions<ContextOf<Options>>];

/** Outcome of {@linkcode resumeInterrupted}, by the ids of the sessions. */
export interface ResumeReport {
  /** Sessions whose turn was finished, and their status after it. */
  readonly resumed: readonly { readonly id: string; readonly status: SessionStatus }[];
  /** Sessions that cannot be opened, or whose turn failed again. Each can be resumed. */
  readonly failed: readonly { readonly id: string; readonly error: unknown }[];
  /**
   * Sessions that were left alone: `"attempts"`, because each of `maxAttempts` processes that
   * resumed it died; `"busy"`, because another turn has begun or finished meanwhile.
   */
  readonly skipped: readonly { readonly id: string; readonly reason: "attempts" | "busy" }[];
}

/**
 * Resumes the sessions of an agent whose process died during a turn: `interrupted` ones whose
 * lease was not released. Those that were stopped, whose turn failed, or that another process runs
 * are left alone. Call it when a process starts. Several processes may do so at once.
 *
 * A session belongs to the agent whose name was stored when it was created; an older release
 * stored none.
 *
 * @throws {ConfigError} if an option is invalid.
 * @throws {StoreError} if the sessions cannot be listed.
 *
 * @example
 * ```ts
 * import { Agent, decide, MockLLM } from "@nomos/agent";
 * import { openStore, resumeInterrupted } from "@nomos/agent/store";
 *
 * const agent = new Agent({
 *   name: "greeter",
 *   llm: new MockLLM([decide.respond("Hello")]),
 *   start: "greet",
 *   steps: { greet: { description: "Greet the user" } },
 * });
 * await using store = await openStore("sqlite::memory:"); // a file: "sqlite:data/agent.db"
 * const { resumed, failed, skipped } = await resumeInterrupted(store, agent);
 * for (const { id, error } of failed) console.error(`Session ${id} failed again:`, error);
 * for (const { id, reason } of skipped) console.error(`Session ${id} was skipped: ${reason}`);
 * console.log(`${resumed.length} sessions go on`);
 * ```
 */
export async function resumeInterrupted<Options extends { readonly store: Store }>(
  store: Store,
  agent: ResumableAgent<Options>,
  ...[options = {}]: ResumeArguments<Options>
): Promise<ResumeReport> {
  checkOptions(resumeShape, options, "Cannot resume interrupted sessions");
  if (typeof agent?.name !== "string" || typeof agent.openSession !== "function") {
    throw new ConfigError(
      `Cannot resume interrupted sessions of ${quote(agent)}: expected an Agent`,
    );
  }
  const { context, concurrency = 4, maxAttempts = 3 } = options;
  const report = {
    resumed: [] as { id: string; status: SessionStatus }[],
    failed: [] as { id: string; error: unknown }[],
    skipped: [] as { id: string; reason: "attempts" | "busy" }[],
  };
  const resume = async ({ id, lease }: ListedSession) => {
    const attempts = attemptOf(lease!.owner);
    if (attempts >= maxAttempts) {
      report.skipped.push({ id, reason: "attempts" });
      return;
    }
    try {
      const session = await agent.openSession(id, {
        store,
        ...(context !== undefined && {
          context: typeof context === "function" ? await context(id) : context,
        }),
        [ATTEMPT]: attempts + 1,
      } as unknown as Options);
      const { status } = await session.resume();
      report.resumed.push({ id, status });
    } catch (error) {
      const isBusy = error instanceof SessionBusyError || error instanceof SessionWaitingError;
      if (isBusy) report.skipped.push({ id, reason: "busy" });
      else report.failed.push({ id, error });
    }
  };
  // Listed before the first is resumed, because a turn changes the list.
  const crashed = await listCrashed(store, agent.name);
  const work = crashed.values();
  await Promise.all(Array.from({ length: Math.min(concurrency, crashed.length) }, async () => {
    for (const session of work) await resume(session);
  }));
  return report;
}

/** Lists the sessions of an agent that are interrupted, and whose lease was not released. */
async function listCrashed(store: Store, agent: string): Promise<readonly ListedSession[]> {
  const crashed: ListedSession[] = [];
  for (let after: string | undefined = ""; after !== undefined;) {
    const { sessions, next } = await store.list({ status: "interrupted", after, limit: 1_000 });
    for (const session of sessions) {
      if (session.agent === agent && session.lease !== undefined) crashed.push(session);
    }
    after = next;
  }
  return crashed;
}
