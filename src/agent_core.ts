/**
 * What all sessions of an agent share.
 *
 * @module
 */
import type { SchemaCache } from "./decision/schema_cache.ts";
import type { Graph } from "./graph/graph.ts";
import type { TurnLimits } from "./history/next_stage.ts";
import type { Message } from "./llm/llm.ts";
import type { ExampleChooser } from "./prompt/examples.ts";

/** The validated, immutable inside of an agent. */
export interface AgentCore {
  readonly name: string;
  readonly graph: Graph;
  /** The first message of every request. */
  readonly standing: Message;
  readonly examples: ExampleChooser;
  readonly limits: TurnLimits;
  /** Longer tool results are cut. */
  readonly maxResultChars: number;
  readonly schemaCache: SchemaCache;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** Fresh names for sessions. */
  readonly ids: () => string;
}
