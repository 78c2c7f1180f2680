/**
 * Opening a session that lives in a store.
 *
 * @module
 */
import * as v from "valibot";
import type { AgentCore } from "../turn/agent_core.ts";
import type { OpenOptions } from "../agent/agent_options.ts";
import { checkLimits } from "../cost/check_limits.ts";
import { systemClock } from "../clock.ts";
import { ConfigError, quote } from "../errors.ts";
import { checkStep } from "./state.ts";
import { LiveSession } from "../turn/live_session.ts";
import { Session } from "./session.ts";
import { StoredLog } from "../store/stored_log.ts";

const DEFAULTS = {
  whenBusy: "refuse",
  maxWait: 30_000,
  leaseTime: 15_000,
  clock: systemClock,
  random: Math.random,
} as const;

const MILLISECONDS = "expected whole milliseconds from 1";
const milliseconds = v.optional(
  v.pipe(v.number(MILLISECONDS), v.safeInteger(MILLISECONDS), v.minValue(1, MILLISECONDS)),
);
const callable = v.optional(v.function("expected a function"));
const optionsShape = v.looseObject({
  store: v.looseObject({
    append: v.function("expected a Store"),
    claim: v.function("expected a Store"),
  }, "expected a Store"),
  whenBusy: v.optional(
    v.picklist(["refuse", "wait", "interrupt"], 'expected "refuse", "wait" or "interrupt"'),
  ),
  maxWait: milliseconds,
  leaseTime: milliseconds,
  random: callable,
  clock: v.optional(
    v.looseObject({
      now: v.function("expected a Clock"),
      setTimer: v.function("expected a Clock"),
    }, "expected a Clock"),
  ),
}, "expected options with a store");

/**
 * Opens a session, or creates it.
 *
 * @throws {ConfigError} if an option is not usable.
 * @throws {StateError} if a newer release wrote it, it is in a step this graph lacks, or
 *   `migrateResult` fails.
 * @throws {SessionDamagedError} if its log is not as it was written.
 * @throws {StoreError} if the store fails.
 */
export async function openSession(
  core: AgentCore,
  id: string,
  options: OpenOptions,
): Promise<Session> {
  checkOptions(core, id, options);
  const { store, context, limits } = options;
  const log = await StoredLog.open(store, id, core.graph.start, {
    whenBusy: options.whenBusy ?? DEFAULTS.whenBusy,
    maxWait: options.maxWait ?? DEFAULTS.maxWait,
    leaseTime: options.leaseTime ?? DEFAULTS.leaseTime,
    clock: options.clock ?? DEFAULTS.clock,
    random: options.random ?? DEFAULTS.random,
    ids: core.ids,
    migrateResult: core.migrateResult,
  });
  checkStep(log.log.position.step, core.graph.steps);
  return new Session(new LiveSession(core, id, context, log.log, { limits, durability: log }));
}

function checkOptions(core: AgentCore, id: unknown, options: OpenOptions): void {
  const what = `Cannot open session ${quote(id)}`;
  if (typeof id !== "string" || id === "") {
    throw new ConfigError(`${what}: expected text as its id`);
  }
  const result = v.safeParse(optionsShape, options, { abortEarly: true });
  if (!result.success) {
    const issue: v.BaseIssue<unknown> = result.issues[0];
    const path = v.getDotPath(issue) ?? "options";
    throw new ConfigError(`${what}: ${path} is ${quote(issue.input)}: ${issue.message}`);
  }
  if (options.limits !== undefined) checkLimits(options.limits, core.cost, what);
}
