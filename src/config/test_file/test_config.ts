/**
 * Content of a file of tests.
 *
 * @module
 */
import type { ScriptEntryConfig } from "../conversation/script_entry.ts";
import type { ModelConfig } from "../format/agent_config.ts";

/** Content of a file of tests. */
export interface TestFileConfig {
  /** Model that judges and plays users. */
  readonly llm?: ModelConfig;
  /** Tests of one turn, by name. */
  readonly unit: Readonly<Record<string, UnitTestConfig>>;
  /** Tests of a conversation, by name. */
  readonly e2e: Readonly<Record<string, ConversationTestConfig>>;
}

/** Keys that all tests have. */
export interface TestConfig {
  /** Place in a conversation at which the test begins. */
  readonly context?: TestContextConfig;
  /** Decisions of the model that plays the agent. */
  readonly script?: readonly ScriptEntryConfig[];
  /** Path of the cassette that plays the agent, relative to the file. */
  readonly tape?: string;
  /** Checks that need no model. */
  readonly check?: CheckConfig;
  /** Expectation in words, which a model judges. */
  readonly expectation?: string;
  /** Verdict on each call that waits for approval; text denies it for that reason. */
  readonly approvals?: boolean | string;
  /** Number of runs. */
  readonly runs: number;
  /** Minimum number of runs that pass. */
  readonly passes?: number;
}

/** Test of one turn. */
export interface UnitTestConfig extends TestConfig {
  /** Input of the user. */
  readonly input: string;
  /** If true, the expectation must not be met. */
  readonly invalid: boolean;
  /** Option of Nomos that has no effect. */
  readonly verbose: boolean;
}

/** Test of a conversation. */
export interface ConversationTestConfig extends TestConfig {
  /** Inputs of the user, in order. */
  readonly user?: readonly string[];
  /** Description of the user, whom a model plays unless there is `user`. */
  readonly scenario?: string;
  /** Maximum number of inputs that a model makes up. */
  readonly max_steps?: number;
}

/** Place in a conversation at which a test begins. */
export interface TestContextConfig {
  /** Step in which the session is. */
  readonly current_step_id?: string;
  /** Events before the first input. */
  readonly history: readonly HistoryItemConfig[];
  /** Data of the session. */
  readonly data?: Readonly<Record<string, unknown>>;
}

/** Event before the first input of a test. */
export type HistoryItemConfig =
  | { readonly type: "summary"; readonly summary: readonly string[] }
  | { readonly type: "step_identifier"; readonly step_id: string }
  | { readonly type: "message"; readonly role: string; readonly content: string };

/** Checks that need no model. */
export interface CheckConfig {
  /** Tools that are called, in this order; others may be called too. */
  readonly calls?: readonly string[];
  /** Tools that are never called. */
  readonly never_calls?: readonly string[];
  /** All steps in which the session was, in order. */
  readonly moves?: readonly string[];
  /** Step in which it is at the end. */
  readonly step?: string;
  /** Text that an answer contains, or a regular expression between slashes. */
  readonly says?: string;
  /** If true, the session ends; if false, it does not. */
  readonly ends?: boolean;
  /** Maximum number of model calls. */
  readonly model_calls?: number;
  /** Maximum number of tool calls. */
  readonly tool_calls?: number;
  /** Maximum number of tokens, of prompts and answers. */
  readonly tokens?: number;
  /** Maximum cost, in US dollars. */
  readonly cost?: number;
}
