/**
 * Options of the tests of a file.
 *
 * @module
 */
import type { Agent } from "../../agent/agent.ts";
import type { LLM } from "../../llm/llm.ts";
import type { ScenarioApprovals } from "../../testing/scenario/scenario_people.ts";
import type { LoadOptions } from "../load_agent.ts";

/** Options of `yamlTests`: those of the agent, and the models of tests that need one. */
export interface YamlTestOptions extends Omit<LoadOptions, "llm"> {
  /**
   * Agent file, or an agent, to which the options of agent files do not apply. Default: `agent.yaml`
   * beside the file of tests, or else `config.agent.yaml`.
   */
  readonly agent?: string | URL | Agent<Record<string, unknown>, Record<string, unknown>>;
  /**
   * Model that plays the agent if a test has neither a script nor a tape, and from which tapes are
   * recorded; `"real"` for the models of the agent file. Default: none, such tests are skipped.
   */
  readonly llm?: LLM | "real" | undefined;
  /**
   * Model that judges expectations and plays users; `"real"` for `llm` of the file of tests, or
   * else of the agent file. Default: `"real"` if `llm` is, otherwise none, such tests are skipped.
   */
  readonly judge?: LLM | "real" | undefined;
  /** Decides about each call that waits for approval. Default: a waiting call fails the test. */
  readonly approvals?: ScenarioApprovals;
}
