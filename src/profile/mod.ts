/**
 * Profiles of agents: where the time, the tokens and the money of their turns go.
 *
 * @module
 */
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
export {
  formatProfile,
  type FormatProfileOptions,
  profileMarkdown,
} from "./turn/format_profile.ts";
export type { ProfileOrder } from "./turn/profile_tables.ts";
export type { PlayOptions } from "./turn/play_script.ts";
export { benchAgent, profileAgent, type ProfileOptions } from "./turn/profile_agent.ts";
export { Profiler, type ProfilerOptions } from "./turn/profiler.ts";
export type { PromptPart, PromptPartKind } from "./turn/prompt_part.ts";
export type { ConversationScript, ScriptTurn } from "./turn/script.ts";
export type { Latency } from "./turn/simulated_model.ts";
export type { SegmentKind, TimelineLane, TimelineSegment, TurnTimeline } from "./draw/timeline.ts";
