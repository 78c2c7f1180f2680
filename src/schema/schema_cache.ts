/**
 * Cache of decision schemas.
 *
 * @module
 */
import { checkOptions, flag } from "./option_shape.ts";

/** Options of a {@linkcode SchemaCache}. */
export interface SchemaCacheOptions {
  /**
   * If false, every decision builds its schema again. For measuring the effect of the cache.
   * `@default {true}`
   */
  readonly enabled?: boolean;
}

/**
 * Cache of decision schemas. Its key is the text of all parts of a schema: two steps with
 * the same offer share one schema, even if their tools use different schema libraries
 * or are created again. Each step still validates by the schemas of its own tools.
 *
 * Agents hold their schemas strongly, and the cache holds them weakly. The entries of an
 * agent are removed after it is garbage-collected, so the cache does not grow with the
 * number of agents that were created.
 *
 * All agents of a process share one cache, unless the option `schemaCache` is set. An
 * agent builds the schemas of its steps when it is created.
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
  /** True if schemas are cached. */
  readonly enabled: boolean;

  /**
   * Creates an empty cache.
   *
   * @throws {ConfigError} if an option is unknown or invalid.
   */
  constructor(options: SchemaCacheOptions = {}) {
    checkOptions({ enabled: flag }, options, "Cannot create a schema cache");
    this.enabled = options.enabled ?? true;
    internals.set(this, { forms: new WeakCache(), built: 0, hits: 0 });
  }

  /** Number of schemas that were built. */
  get built(): number {
    return internals.get(this)!.built;
  }

  /** Number of times a schema was found in the cache. */
  get hits(): number {
    return internals.get(this)!.hits;
  }

  /** Number of entries, including collected ones that are not yet removed. */
  get size(): number {
    return internals.get(this)!.forms.size;
  }
}

interface Internals {
  readonly forms: WeakCache<object>;
  built: number;
  hits: number;
}

const internals = new WeakMap<SchemaCache, Internals>();

/** Counts a hit, for a schema that the step already holds. */
export function countHit(cache: SchemaCache): void {
  internals.get(cache)!.hits++;
}

/** Returns the cached form of a key, or builds it. All forms of a cache have the same type. */
export function findForm<Form extends object>(
  cache: SchemaCache,
  buildKey: () => string,
  build: () => Form,
): Form {
  const inner = internals.get(cache)!;
  const key = cache.enabled ? buildKey() : undefined;
  const found = key === undefined ? undefined : inner.forms.get(key);
  if (found !== undefined) {
    inner.hits++;
    return found as Form;
  }
  inner.built++;
  const form = build();
  if (key !== undefined) inner.forms.set(key, form);
  return form;
}

/**
 * Map with weakly held values. After a value is garbage-collected, a
 * `FinalizationRegistry` removes its entry in a later macrotask.
 */
export class WeakCache<Value extends object> {
  readonly #entries = new Map<string, WeakRef<Value>>();
  readonly #collected = new FinalizationRegistry<string>((key) => {
    // The key may have a new value by now, whose entry must stay.
    if (this.#entries.get(key)?.deref() === undefined) this.#entries.delete(key);
  });

  /** Number of entries, including collected ones that are not yet removed. */
  get size(): number {
    return this.#entries.size;
  }

  /** Returns the value of a key; undefined if there is none, or if it was collected. */
  get(key: string): Value | undefined {
    return this.#entries.get(key)?.deref();
  }

  /** Stores a value, weakly. */
  set(key: string, value: Value): void {
    this.#entries.set(key, new WeakRef(value));
    this.#collected.register(value, key);
  }
}

/** Sets an entry of a map, and removes the oldest one if there are `limit` entries. */
export function setBounded<Key, Value>(
  map: Map<Key, Value>,
  key: Key,
  value: Value,
  limit: number,
): void {
  if (map.size >= limit) map.delete(map.keys().next().value!);
  map.set(key, value);
}

/** Cache of all agents without the option `schemaCache`. */
export const processSchemaCache: SchemaCache = new SchemaCache();
