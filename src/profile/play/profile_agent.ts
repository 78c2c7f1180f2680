/**
 * Profiles of agents that play a conversation.
 *
 * @module
 */
import type { Agent } from "../../agent/agent.ts";
import { type Clock, systemClock } from "../../clock.ts";
import type { CostOf } from "../../cost/call_usage.ts";
import { ConfigError } from "../../errors.ts";
import type { LLM } from "../../llm/llm.ts";
import {
  ANYTHING,
  checkOptions,
  FUNCTION,
  type OptionRule,
  wholeFrom,
} from "../../llm/option_rules.ts";
import { requireCore } from "../../testing/play/played_core.ts";
import type { AgentProfile } from "../agent_profile.ts";
import { FIGURES } from "../attribute/profile_rows.ts";
import { Profiler } from "../profiler.ts";
import { CoreReplacer } from "./core_replacer.ts";
import { LoopProbe } from "./loop_probe.ts";
import { openPlay, PLAY_RULES, type PlayOptions, playScript } from "./play_script.ts";
import { checkScript, type ConversationScript, hashScript } from "./script.ts";
import { ScriptPlayer } from "./script_player.ts";
import { checkLatency, type Latency, simulateModel, standIn } from "./simulated_model.ts";

/** Options of {@linkcode profileAgent}. */
export interface ProfileOptions extends PlayOptions {
  /**
   * `"mock"`: the script decides, and an automatic mock where the script is silent; tokens are
   * estimated from characters. `"real"`: the agent's own models decide; the script has the inputs
   * and the verdicts, and a verdict without a waiting call is skipped.
   *
   * @default {"mock"}
   */
  readonly model?: "mock" | "real";
  /** Delays of the mock. Default: none. */
  readonly latency?: Latency;
  /** Number of plays after a warm-up play. The profile is that of the median play. @default {3} */
  readonly iterations?: number;
  /** Returns the price of a model call, if the agent has no `cost`. Default: prices are not known. */
  readonly cost?: CostOf;
  /** Clock of the times. It must never step back. Default: `performance.now()`. */
  readonly clock?: Clock;
  /**
   * Called before each turn with its number and that of the play, both from 1; play 0 warms up.
   * Default: nothing is called.
   */
  readonly onTurn?: (place: { readonly play: number; readonly turn: number }) => void;
}

const MODEL: OptionRule = {
  expected: '"mock" or "real"',
  accepts: (value) => value === "mock" || value === "real",
};

/** Clock that never steps back, unlike that of the system. */
const STEADY_CLOCK: Clock = { ...systemClock, now: () => performance.now() };

/**
 * Plays a conversation with an agent, and profiles it. Its observers are not called, its tools and
 * guards are. Calls that wait for approval are allowed unless the script denies them. Agents that it
 * calls as tools are profiled with it.
 *
 * @param agent Agent to profile; it is not changed.
 * @param script Inputs, decisions and verdicts. Default: the automatic mock with seed 1 plays the agent.
 * @throws {ConfigError} if `agent` is not an agent, or an option is invalid.
 * @throws {LLMError} if a model fails, a decision of the script is illegal, or no call waits for a
 *   verdict of the script.
 *
 * @example Time and tokens, as with a small hosted model
 * ```ts
 * import { Agent, decide, MockLLM } from "@nomos/agent";
 * import { formatProfile, profileAgent } from "@nomos/agent/profile";
 * import { assertEquals } from "@std/assert";
 *
 * const agent = new Agent({
 *   name: "greeter",
 *   llm: new MockLLM(),
 *   start: "greet",
 *   steps: { greet: { description: "Greet the user" } },
 * });
 * const script = [{ input: "Hi", decisions: [decide.respond("Hello")] }];
 * const latency = { firstToken: 4, perThousandRead: 1, perTokenWritten: 0.1 };
 * const profile = await profileAgent(agent, script, { latency, iterations: 1 });
 * assertEquals(profile.figures.turns, 1);
 * console.log(formatProfile(profile));
 * ```
 */
export async function profileAgent<Answers extends object, Data, Context>(
  agent: Agent<Answers, Data, Context>,
  script?: ConversationScript,
  options: ProfileOptions = {},
): Promise<AgentProfile> {
  checkOptions("profile the agent", options, {
    ...PLAY_RULES,
    model: MODEL,
    latency: ANYTHING,
    iterations: wholeFrom(1),
    cost: FUNCTION,
    clock: ANYTHING,
    onTurn: FUNCTION,
  });
  const { model = "mock", latency = {}, iterations = 3, clock = STEADY_CLOCK, onTurn } = options;
  const core = requireCore(agent, "profile");
  checkScript(script);
  if (script === undefined && model === "real") {
    throw new ConfigError(
      "Cannot profile the agent with its real model: expected a script with inputs",
    );
  }
  checkLatency(latency);
  const cost = core.cost ?? options.cost;
  const play = async (number: number): Promise<AgentProfile> => {
    const profiler = new Profiler({ now: () => clock.now(), ...(cost && { cost }) });
    const probe = new LoopProbe(clock);
    const player = new ScriptPlayer(model === "real");
    const replacer = new CoreReplacer({
      observers: [profiler],
      modelFor: (own) => model === "real" ? own : simulateModel(own, player, clock, latency),
    });
    // Attempts of a real model that failed are in the timings.
    const played = { ...core, timings: model === "real", ...(cost && { cost }) };
    const session = await openPlay(replacer.replace(played), options);
    player.session = session.id;
    try {
      await playScript(session, player, script, (turn) => {
        onTurn?.({ play: number, turn });
        // A mock without delays plays many turns before a timer can fire.
        probe.start();
      });
    } finally {
      probe.stop();
    }
    const profile = profiler.profile();
    const total = { ...profile.total, blocked: probe.blocked };
    return { ...profile, agent: core.name, source: model, total };
  };
  await play(0);
  const profiles: AgentProfile[] = [];
  while (profiles.length < iterations) profiles.push(await play(profiles.length + 1));
  const varying = FIGURES.filter((figure) =>
    profiles.some(({ figures }) => figures[figure] !== profiles[0]!.figures[figure])
  );
  const median = profiles.toSorted((a, b) => a.total.wall - b.total.wall)[
    Math.floor((profiles.length - 1) / 2)
  ]!;
  return {
    ...median,
    ...(script !== undefined && { script: await hashScript(script) }),
    unknown: varying.length === 0
      ? []
      : [`counts that differ between plays of the same conversation: ${varying.join(", ")}`],
  };
}

/**
 * Returns a function that plays a conversation once, with an automatic mock that takes no time, for
 * `deno bench`: what remains is the time of the framework and of the agent's own tools and guards.
 *
 * @throws {ConfigError} if `agent` is not an agent, or an option is invalid.
 *
 * @example In a file of `deno bench`
 * ```ts
 * import { Agent, decide, MockLLM } from "@nomos/agent";
 * import { benchAgent } from "@nomos/agent/profile";
 *
 * const agent = new Agent({
 *   name: "greeter",
 *   llm: new MockLLM(),
 *   start: "greet",
 *   steps: { greet: { description: "Greet the user" } },
 * });
 * const script = [{ input: "Hi", decisions: [decide.respond("Hello")] }];
 * Deno.bench("greeter, one visit", benchAgent(agent, script));
 * ```
 */
export function benchAgent<Answers extends object, Data, Context>(
  agent: Agent<Answers, Data, Context>,
  script?: ConversationScript,
  options: PlayOptions = {},
): () => Promise<void> {
  checkOptions("bench the agent", options, PLAY_RULES);
  const core = requireCore(agent, "bench");
  checkScript(script);
  const player = new ScriptPlayer();
  const modelFor = (own: LLM) => standIn(own, player);
  const played = new CoreReplacer({ observers: [], modelFor }).replace(core);
  return async () => {
    const session = await openPlay(played, options);
    player.session = session.id;
    await playScript(session, player, script);
  };
}
