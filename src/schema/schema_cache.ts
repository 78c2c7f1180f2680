/**
 * Where decision schemas are found again.
 *
 * @module
 */
import { setBounded } from "./bounded_map.ts";
import { type DecisionShape, meaningOf } from "../decision/build_schema.ts";
import { DecisionSchema } from "../decision/decision_schema.ts";
import { WeakCache } from "./weak_cache.ts";

/** The schemas one step of an agent keeps alive, by what was offered. */
export type HeldSchemas = Map<string, DecisionSchema>;

/** How many schemas of one step are kept alive: guards can open very many combinations. */
const HELD_PER_STEP = 64;

/**
 * The schema a step needs now: from those the step holds, else by its meaning
 * from those of other agents, else built. `offered` names what is offered,
 * among the schemas the step holds.
 */
export let findSchema: (
  cache: SchemaCache,
  held: HeldSchemas,
  offered: string,
  shapeOf: () => DecisionShape,
) => DecisionSchema;

/** Options of a {@linkcode SchemaCache}. */
export interface SchemaCacheOptions {
  /** `false` builds every schema anew for every decision, to measure what the cache saves. Default: true. */
  readonly enabled?: boolean;
}

/**
 * Finds the decision schema of a (step, tools, constraint) again. The agents
 * that use a schema hold it; the cache holds it weakly, by its meaning, so two
 * agents with equal steps get the identical schema, and a process that makes
 * agents for ever does not grow. Entries of dead agents go some macrotasks
 * after the garbage collector has run.
 *
 * All agents of a process share one cache unless they are given their own. An
 * agent builds the schemas of its steps when it is made, so that its decisions
 * find them.
 *
 * @example
 * ```ts
 * import { Agent, decide, MockLLM, SchemaCache } from "@nomos/agent";
 * import { assertEquals } from "@std/assert";
 *
 * const schemaCache = new SchemaCache();
 * const agent = new Agent({
 *   name: "echo",
 *   llm: new MockLLM([decide.respond("one"), decide.respond("two")]),
 *   start: "talk",
 *   steps: { talk: { description: "Talk" } },
 *   schemaCache,
 * });
 * const session = agent.createSession();
 * await session.next("a");
 * await session.next("b");
 * assertEquals([schemaCache.built, schemaCache.hits], [1, 2]);
 * ```
 */
export class SchemaCache {
  /** Whether schemas are kept at all. */
  readonly enabled: boolean;
  readonly #schemas = new WeakCache<DecisionSchema>();
  #built = 0;
  #hits = 0;

  static {
    findSchema = (cache, held, offered, shapeOf) => cache.#find(held, offered, shapeOf);
  }

  /** Makes an empty cache. */
  constructor(options: SchemaCacheOptions = {}) {
    this.enabled = options.enabled ?? true;
  }

  /** How many schemas were built. */
  get built(): number {
    return this.#built;
  }

  /** How often a schema was found. */
  get hits(): number {
    return this.#hits;
  }

  /** Number of entries, collected ones that were not yet removed included. */
  get size(): number {
    return this.#schemas.size;
  }

  #find(held: HeldSchemas, offered: string, shapeOf: () => DecisionShape): DecisionSchema {
    if (!this.enabled) {
      this.#built++;
      return new DecisionSchema(shapeOf(), true);
    }
    let schema = held.get(offered);
    if (schema !== undefined) {
      this.#hits++;
      return schema;
    }
    const shape = shapeOf();
    const meaning = meaningOf(shape);
    schema = this.#schemas.get(meaning);
    if (schema === undefined) {
      this.#built++;
      schema = new DecisionSchema(shape);
      this.#schemas.set(meaning, schema);
    } else {
      this.#hits++;
    }
    setBounded(held, offered, schema, HELD_PER_STEP);
    return schema;
  }
}

/** The cache of all agents that were not given one. */
export const processSchemaCache: SchemaCache = new SchemaCache();
