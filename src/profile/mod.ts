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
export { makeSpeedscope } from "./draw/speedscope.ts";
export type { SpeedscopeEvent, SpeedscopeFile, SpeedscopeProfile } from "./draw/speedscope.ts";
export type { SegmentKind, TimelineLane, TimelineSegment, TurnTimeline } from "./draw/timeline.ts";
export { drawTurns } from "./draw/turn_frames.ts";
export type { PictureHeading } from "./draw/turn_frames.ts";
export type {
  AgentProfile,
  EventProfile,
  Figures,
  PartRow,
  StepRow,
  TimeRow,
  ToolRow,
  Totals,
  TurnProfile,
  WasteKind,
  WasteRow,
} from "./turn/agent_profile.ts";
export { compareWithBase } from "./turn/compare_base.ts";
export type { Comparison, FigureChange } from "./turn/compare_base.ts";
export { formatComparison } from "./turn/format_comparison.ts";
export type { FormatOptions } from "./turn/format_comparison.ts";
export { formatDiff, formatWhatIf } from "./turn/format_diff.ts";
export type { FormatDiffOptions } from "./turn/format_diff.ts";
export { formatProfile } from "./turn/format_profile.ts";
export type { FormatProfileOptions } from "./turn/format_profile.ts";
export type { PlayOptions } from "./turn/play_script.ts";
export { benchAgent, profileAgent } from "./turn/profile_agent.ts";
export type { ProfileOptions } from "./turn/profile_agent.ts";
export { profileLog } from "./turn/profile_log.ts";
export type { ProfileLogOptions } from "./turn/profile_log.ts";
export { formatBase, readBase, takeBase } from "./turn/profile_base.ts";
export type { Allowance, Allowances, ProfileBase } from "./turn/profile_base.ts";
export type { ProfileOrder } from "./turn/profile_tables.ts";
export { Profiler } from "./turn/profiler.ts";
export type { ProfilerOptions } from "./turn/profiler.ts";
export type { PromptPart, PromptPartKind } from "./turn/prompt_part.ts";
export type { ConversationScript, ScriptTurn } from "./turn/script.ts";
export type { Latency } from "./turn/simulated_model.ts";
export { whatIf } from "./turn/what_if.ts";
export type { ModelBill, WhatIf, WhatIfOptions } from "./turn/what_if.ts";
