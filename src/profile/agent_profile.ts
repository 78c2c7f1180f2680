/**
 * The profile of an agent, as data.
 *
 * @module
 */
import type { SessionStatus } from "../history/position.ts";
import type { TurnTimeline } from "./draw/timeline.ts";

/** Time, tokens and money of some turns of an agent. Plain JSON. */
export interface AgentProfile {
  /** Version of this form. */
  readonly version: 1;
  /** Version of the package that wrote it. */
  readonly package: string;
  /** Name of the agent. */
  readonly agent: string;
  /**
   * Origin: `"mock"`, a play of a mock model; `"real"`, calls of real models, or of any model that was
   * observed; `"log"`, a stored session.
   */
  readonly source: "mock" | "real" | "log";
  /** SHA-256 of the script that was played; absent if it was not written by hand. */
  readonly script?: string;
  /** Names of the models that were called, in order of their first call, joined by commas. */
  readonly model: string;
  /** True if the tokens of a call were estimated from characters. */
  readonly isEstimated: boolean;
  /** Sentences about what this profile cannot know; empty for a play. */
  readonly unknown: readonly string[];
  /** Turns, in order of their ends. Those of agents that ran as tools are in the turns of their callers. */
  readonly turns: readonly TurnProfile[];
  /** Time of all turns, by what they waited for. */
  readonly time: readonly {
    /** Kind of the work. */
    readonly kind: TurnTimeline["segments"][number]["kind"];
    /** Name of the guard, model or tool, or of the work. */
    readonly name: string;
    /** Agent whose session did it, if it ran as a tool. */
    readonly agent?: string;
    /** Time for which turns waited, in milliseconds. Those of all rows add up to the turns. */
    readonly wall: number;
    /** Time of all its calls, in milliseconds, also if others ran beside; absent for the framework. */
    readonly busy?: number;
    /** Number of calls; absent for the framework. */
    readonly calls?: number;
  }[];
  /** Tokens and money of all model calls, by part of prompt and answer. */
  readonly parts: readonly {
    /**
     * Part of what a model reads or writes: `"schema"`, the JSON Schema of the answer; `"standing
     * text"`; `"summary"` of older events; `"user"`, inputs; `"decisions"` of the model; `"tool
     * results"`; `"notices"`, the running turn's reasoning and refused outputs; `"step message"`;
     * `"summarized"`, requests for a summary and their answers; `"answers"` and `"reasoning"`, what
     * the model wrote; `"embedded"`, texts whose vectors were asked for; `"child agents"`, calls of
     * agents that ran as tools and were not observed; `"not in the log"`, what the log of a stored
     * session lacks: schema, standing text and step message; `"other"`, unknown.
     */
    readonly part:
      | "schema"
      | "standing text"
      | "summary"
      | "user"
      | "decisions"
      | "tool results"
      | "notices"
      | "step message"
      | "summarized"
      | "answers"
      | "reasoning"
      | "embedded"
      | "child agents"
      | "not in the log"
      | "other";
    /** Tool of a result, or step of a schema or a step message. */
    readonly name?: string;
    /** Tokens. */
    readonly tokens: number;
    /** Tokens among them that were read from the vendor's cache. */
    readonly cached: number;
    /** Tokens in the first request that has them. */
    readonly new: number;
    /** Tokens in later requests. */
    readonly carried: number;
    /** Characters in all requests, or in all answers. */
    readonly chars: number;
    /** Number of requests that have the part. */
    readonly requests: number;
    /** Price; absent if no price is known. */
    readonly cost?: number;
  }[];
  /** Model calls by step. */
  readonly steps: readonly {
    /** Id of the step. */
    readonly step: string;
    /** Agent to which the step belongs, if it ran as a tool. */
    readonly agent?: string;
    /** Tools that its requests offered, and routes, such as `"→ checkout"`; absent if none is known. */
    readonly offers?: readonly string[];
    /** Number of model calls. */
    readonly calls: number;
    /** Time of the step, in milliseconds. */
    readonly wall: number;
    /** Tokens of its model calls, and of agents that it called as tools and that were not observed. */
    readonly tokens: number;
    /** Price of these tokens; absent if no price is known. */
    readonly cost?: number;
  }[];
  /** Calls by tool. */
  readonly tools: readonly {
    /** Name of the tool. */
    readonly tool: string;
    /** Number of calls. */
    readonly calls: number;
    /** Time for which turns waited, in milliseconds. */
    readonly wall: number;
    /** Time of all calls, in milliseconds. */
    readonly busy: number;
    /** Tokens of its results in the first requests that have them. */
    readonly resultTokens: number;
    /** Tokens of its results in later requests. */
    readonly carriedTokens: number;
    /** Characters of its results. */
    readonly resultChars: number;
    /** Number of requests that have a result of it. */
    readonly requests: number;
    /** Price of its results in all requests; absent if no price is known. */
    readonly cost?: number;
  }[];
  /** Work that might be saved. */
  readonly waste: readonly {
    /** Kind of the work. */
    readonly what:
      | "decisions that only move"
      | "refused outputs"
      | "repeated calls with equal results"
      | "failed attempts"
      | "results that nobody read";
    /** Number of model calls or tool calls. */
    readonly calls: number;
    /** Time for which turns waited, in milliseconds. */
    readonly wall: number;
    /** Tokens of the model calls. */
    readonly tokens: number;
    /** Price of the model calls; absent if no price is known. */
    readonly cost?: number;
  }[];
  /** Counts, which equal plays repeat exactly. */
  readonly figures: {
    /** Number of turns, including those of agents that ran as tools. */
    readonly turns: number;
    /** Number of model calls. */
    readonly model_calls: number;
    /** Number of tool calls that ended. */
    readonly tool_calls: number;
    /** Number of decisions that only move. */
    readonly moves: number;
    /** Number of refused outputs. */
    readonly refused: number;
    /** Number of tool calls that redirected the model, and of requests that offered RESPOND alone. */
    readonly fallbacks: number;
    /** Number of events. */
    readonly events: number;
    /** Number of commits. */
    readonly commits: number;
    /** Characters of the messages of all requests. */
    readonly prompt_chars: number;
    /** Characters of the schemas of all requests. */
    readonly schema_chars: number;
    /** Characters of the leading messages that the request before had too, of all requests. */
    readonly stable_chars: number;
    /** Characters of the results of tools. */
    readonly result_chars: number;
    /** Characters of the decisions of models. */
    readonly answer_chars: number;
    /** Characters of the messages of the longest request. */
    readonly max_prompt_chars: number;
  };
  /** Sums of the turns. */
  readonly total: {
    /** Time of the turns, in milliseconds. */
    readonly wall: number;
    /** Time during which the event loop was blocked, in milliseconds; absent if it was not measured. */
    readonly blocked?: number;
    /** Tokens of all model calls. */
    readonly tokens: number;
    /** Price of all model calls; absent if no price is known. */
    readonly cost?: number;
  };
  /** Fractions of the sums that have a known owner, from 0 to 1. */
  readonly attributed: { readonly time: number; readonly tokens: number; readonly cost: number };
}

/** One turn. */
export interface TurnProfile extends TurnTimeline {
  /** Id of the session. */
  readonly sessionId: string;
  /** Step in which the turn ended. */
  readonly step: string;
  /** Status of the session after the turn. */
  readonly status: Exclude<SessionStatus, "running">;
  /** Events, in order. */
  readonly events: readonly {
    /** Time of the event, in milliseconds since the start of the turn. */
    readonly at: number;
    /** Sequence number. */
    readonly seq: number;
    /** Type of the event. */
    readonly type: string;
    /** Action, tool, step or reason. */
    readonly what: string;
    /** Tokens of the model call that ended with it. */
    readonly tokens?: number;
    /** Price of the model call that ended with it. */
    readonly cost?: number;
  }[];
}

/** Row of the times. */
export type TimeRow = AgentProfile["time"][number];

/** Row of the parts of prompts and answers. */
export type PartRow = AgentProfile["parts"][number];

/** Counts. */
export type Figures = AgentProfile["figures"];
