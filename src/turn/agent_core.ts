/**
 * What all sessions of an agent share.
 *
 * @module
 */
import type { SchemaCache } from "../schema/schema_cache.ts";
import type { Graph } from "../graph/graph.ts";
import type { Limits } from "../cost/limits.ts";
import type { TurnLimits } from "./plan.ts";
import type { MigrateResult } from "../history/migrations.ts";
import type { Message } from "../llm/llm.ts";
import type { Observer } from "./observer.ts";
import type { ExampleChooser } from "../prompt/examples.ts";
import type { CostOf } from "../cost/call_usage.ts";

/** The validated, immutable inside of an agent. */
export interface AgentCore {
  readonly name: string;
  readonly graph: Graph;
  /** The first message of every request. */
  readonly standing: Message;
  readonly examples: ExampleChooser;
  readonly limits: TurnLimits;
  /** How many levels of agents that are tools may lie below a session. */
  readonly maxDepth: number;
  /** Limits of the usage of turns and sessions; a session may have its own. */
  readonly usageLimits: Limits | undefined;
  /** Prices of model calls. */
  readonly cost: CostOf | undefined;
  /** Who watches every turn. */
  readonly observers: readonly Observer[];
  /** Longer tool results are cut. */
  readonly maxResultChars: number;
  /** Brings results of older releases of its tools into today's form. */
  readonly migrateResult: MigrateResult | undefined;
  readonly schemaCache: SchemaCache;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** Fresh names for sessions. */
  readonly ids: () => string;
}
