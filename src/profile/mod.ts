/**
 * Profiles of agents: where the time, the tokens and the money of their turns go, and a gate that
 * fails when a conversation needs more of them than before.
 *
 * @example Tables of a played conversation
 * ```ts
 * import { Agent, decide, MockLLM } from "@nomos/agent";
 * import { formatProfile, profileAgent } from "@nomos/agent/profile";
 *
 * const agent = new Agent({
 *   name: "greeter",
 *   llm: new MockLLM(),
 *   start: "greet",
 *   steps: { greet: { description: "Greet the user" } },
 * });
 * const profile = await profileAgent(agent, [
 *   { input: "Hi", decisions: [decide.respond("Hello")] },
 *   { input: "Bye", decisions: [decide.respond("Goodbye")] },
 * ]);
 * console.log(formatProfile(profile, { by: "tokens" }));
 * ```
 *
 * @module
 */
export type { AgentProfile, TurnProfile } from "./agent_profile.ts";
export { compareWithBase } from "./compare/compare_base.ts";
export type { Comparison } from "./compare/compare_base.ts";
export { formatComparison } from "./compare/format_comparison.ts";
export { takeBase } from "./compare/profile_base.ts";
export type { ProfileBase } from "./compare/profile_base.ts";
export { whatIf } from "./compare/what_if.ts";
export type { WhatIf, WhatIfOptions } from "./compare/what_if.ts";
export { makeSpeedscope } from "./draw/speedscope.ts";
export type { TurnTimeline } from "./draw/timeline.ts";
export { drawTurns } from "./draw/turn_frames.ts";
export type { PlayOptions } from "./play/play_script.ts";
export { benchAgent, profileAgent } from "./play/profile_agent.ts";
export type { ProfileOptions } from "./play/profile_agent.ts";
export type { ConversationScript, ScriptVerdict } from "./play/script.ts";
export type { Latency } from "./play/simulated_model.ts";
export { profileLog } from "./profile_log.ts";
export type { ProfileLogOptions } from "./profile_log.ts";
export { Profiler } from "./profiler.ts";
export type { ProfilerOptions } from "./profiler.ts";
export { formatProfile } from "./report/format_profile.ts";
export type { FormatOptions } from "./report/report.ts";
