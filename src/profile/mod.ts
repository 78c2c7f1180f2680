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
} from "./agent_profile.ts";
export { compareWithBase } from "./compare/compare_base.ts";
export type { Comparison, FigureChange } from "./compare/compare_base.ts";
export { formatComparison } from "./compare/format_comparison.ts";
export type { FormatOptions } from "./compare/format_comparison.ts";
export { formatDiff, formatWhatIf } from "./report/format_diff.ts";
export type { FormatDiffOptions } from "./report/format_diff.ts";
export { formatProfile } from "./report/format_profile.ts";
export type { FormatProfileOptions } from "./report/format_profile.ts";
export type { PlayOptions } from "./play/play_script.ts";
export { benchAgent, profileAgent } from "./play/profile_agent.ts";
export type { ProfileOptions } from "./play/profile_agent.ts";
export { profileLog } from "./profile_log.ts";
export type { ProfileLogOptions } from "./profile_log.ts";
export { formatBase, readBase, takeBase } from "./compare/profile_base.ts";
export type { Allowance, Allowances, ProfileBase } from "./compare/profile_base.ts";
export type { ProfileOrder } from "./report/profile_tables.ts";
export { Profiler } from "./profiler.ts";
export type { ProfilerOptions } from "./profiler.ts";
export type { PromptPart, PromptPartKind } from "./attribute/prompt_part.ts";
export type { ConversationScript, ScriptTurn, ScriptVerdict } from "./play/script.ts";
export type { Latency } from "./play/simulated_model.ts";
export { whatIf } from "./compare/what_if.ts";
export type { ModelBill, WhatIf, WhatIfOptions } from "./compare/what_if.ts";
