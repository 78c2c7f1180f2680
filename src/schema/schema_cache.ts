/**
 * The cache of decision schemas.
 *
 * @module
 */

/** Options of a {@linkcode SchemaCache}. */
export interface SchemaCacheOptions {
  /** If false, every decision builds its schema anew, to measure the saving. `@default {true}` */
  readonly enabled?: boolean;
}

/**
 * Cache of decision schemas, by the text of all they are built from. Two steps
 * that offer the same share one schema, whatever library their tools' schemas
 * come from and however often the tools are made anew; each step validates by
 * the schemas of its own tools. Agents hold the schemas that they use and the
 * cache holds them weakly, so a process that makes agents for ever does not
 * grow. The entries of dead agents go after the garbage collector has run.
 *
 * All agents of a process share one cache unless they are given their own. An
 * agent builds the schemas of its steps when it is made.
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
  /** True if schemas are kept. */
  readonly enabled: boolean;

  /** Makes an empty cache. */
  constructor(options: SchemaCacheOptions = {}) {
    this.enabled = options.enabled ?? true;
    internals.set(this, { forms: new WeakCache(), built: 0, hits: 0 });
  }

  /** Number of schemas that were built. */
  get built(): number {
    return internals.get(this)!.built;
  }

  /** Number of times a schema was found. */
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

/** Counts a schema that was found before the cache was asked. */
export function countHit(cache: SchemaCache): void {
  internals.get(cache)!.hits++;
}

/** Returns the form under a key, or builds it. Callers of one cache agree about the type of its forms. */
export function findForm<Form extends object>(
  cache: SchemaCache,
  key: () => string,
  build: () => Form,
): Form {
  const inner = internals.get(cache)!;
  const text = cache.enabled ? key() : undefined;
  const found = text === undefined ? undefined : inner.forms.get(text);
  if (found !== undefined) {
    inner.hits++;
    return found as Form;
  }
  inner.built++;
  const form = build();
  if (text !== undefined) inner.forms.set(text, form);
  return form;
}

/**
 * Holds each value by a `WeakRef`. When the last strong holder of a value is
 * gone, a `FinalizationRegistry` removes its entry, in a later macrotask.
 */
export class WeakCache<Value extends object> {
  readonly #entries = new Map<string, WeakRef<Value>>();
  readonly #collected = new FinalizationRegistry<string>((key) => {
    // The key may have been taken again since; only a dead entry is removed.
    if (this.#entries.get(key)?.deref() === undefined) this.#entries.delete(key);
  });

  /** Number of entries, including collected ones that are not yet removed. */
  get size(): number {
    return this.#entries.size;
  }

  /** Returns the value under a key, or undefined if nothing else holds it any longer. */
  get(key: string): Value | undefined {
    return this.#entries.get(key)?.deref();
  }

  /** Stores a value under a key, weakly. */
  set(key: string, value: Value): void {
    this.#entries.set(key, new WeakRef(value));
    this.#collected.register(value, key);
  }
}

/** Sets an entry; removes the oldest one if the map is full. */
export function setBounded<Key, Value>(
  map: Map<Key, Value>,
  key: Key,
  value: Value,
  limit: number,
): void {
  if (map.size >= limit) map.delete(map.keys().next().value!);
  map.set(key, value);
}

/** Cache of all agents that were not given their own. */
export const processSchemaCache: SchemaCache = new SchemaCache();
