/**
 * Opening a session in a store.
 *
 * @module
 */
import * as v from "valibot";
import { systemClock } from "../clock.ts";
import { checkLimits } from "../cost/limits.ts";
import { ConfigError, quote } from "../errors.ts";
import { requireStep } from "../graph/graph.ts";
import * as option from "../schema/option_shape.ts";
import { checkContext } from "../schema/session_values.ts";
import { readLabels } from "../store/labels.ts";
import { ATTEMPT } from "../store/lease/acquire_lease.ts";
import { StoredLog } from "../store/stored_log.ts";
import { MAX_TTL } from "../store/stored_session.ts";
import type { AgentCore } from "../turn/agent_core.ts";
import { LiveSession } from "../turn/live_session.ts";
import { readInitialData } from "../turn/session_data.ts";
import { warnOfOtherMaker } from "./read_state.ts";
import type { OpenOptions } from "./session_options.ts";
// An opened session runs turns. Loaded here, their code adds no chunk to the bundled core.
import "./turn_code.ts";

const DEFAULTS = {
  whenBusy: "refuse",
  maxWait: 30_000,
  leaseTime: 15_000,
  clock: systemClock,
  random: Math.random,
} as const;

const method = v.function("expected a function");
const shape: option.OptionShape<OpenOptions> = {
  store: v.looseObject({ append: method, claim: method }, "expected a Store"),
  data: option.anything,
  context: option.anything,
  limits: option.anything,
  labels: option.anything,
  whenBusy: v.optional(
    v.picklist(["refuse", "wait", "interrupt"], 'expected "refuse", "wait" or "interrupt"'),
  ),
  maxWait: option.wholeNumber(1),
  leaseTime: option.wholeNumber(1, MAX_TTL),
  clock: v.optional(v.looseObject({ now: method, setTimer: method }, "expected a Clock")),
  random: option.callable,
};

/**
 * Opens a session, or creates it.
 *
 * @throws {ConfigError} if an option is invalid.
 * @throws {StateError} if a newer release wrote it, it is in a step this graph lacks, or
 *   `migrateResult` fails.
 * @throws {SessionDamagedError} if its log was changed since it was written.
 * @throws {StoreError} if the store fails.
 */
export async function openSession(
  core: AgentCore,
  id: string,
  options: OpenOptions,
): Promise<LiveSession> {
  checkOpenOptions(core, id, options);
  const { store, data, context, limits, labels } = options;
  const initialData = data === undefined
    ? undefined
    : readInitialData(core, data, `Cannot open session ${quote(id)}`);
  const log = await StoredLog.open(store, id, {
    whenBusy: options.whenBusy ?? DEFAULTS.whenBusy,
    maxWait: options.maxWait ?? DEFAULTS.maxWait,
    leaseTime: options.leaseTime ?? DEFAULTS.leaseTime,
    clock: options.clock ?? DEFAULTS.clock,
    random: options.random ?? DEFAULTS.random,
    ids: core.ids,
    attempt: (options as { readonly [ATTEMPT]?: number })[ATTEMPT],
    graph: core.graph,
    agent: core.name,
    labels: labels === undefined
      ? undefined
      : readLabels(labels, `Cannot open session ${quote(id)}`),
    now: core.clock,
    migrateResult: core.migrateResult,
    renamedSteps: core.renamedSteps,
  });
  warnOfOtherMaker(core, id, log.maker);
  requireStep(core.graph, log.log.position.step);
  const { incarnation } = log;
  return new LiveSession(core, id, context, log.log, {
    initialData,
    incarnation,
    limits,
    durability: log,
  });
}

function checkOpenOptions(core: AgentCore, id: unknown, options: OpenOptions): void {
  const what = `Cannot open session ${quote(id)}`;
  if (typeof id !== "string" || id === "") {
    throw new ConfigError(`${what}: expected text that is not empty as its id`);
  }
  option.checkOptions(shape, options, what);
  if (options.limits !== undefined) checkLimits(options.limits, core.cost, what);
  checkContext(core.graph.contexts, options.context, what);
}
