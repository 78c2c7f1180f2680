/**
 * Explicit garbage collection. Needs `--v8-flags=--expose-gc`.
 *
 * @module
 */

type Collector = (options?: { readonly type: "minor" }) => void;

/** Collects all garbage, and returns the remaining memory usage. */
export async function collectGarbage(): Promise<Deno.MemoryUsage> {
  const collect = findCollector();
  for (let round = 0; round < 3; round++) {
    // A weak reference keeps its target until the macrotask that read it has ended.
    await new Promise((resolve) => setTimeout(resolve));
    collect();
  }
  return Deno.memoryUsage();
}

/** Collects garbage of the young generation only, which is fast. */
export function collectYoungGarbage(): void {
  findCollector()({ type: "minor" });
}

function findCollector(): Collector {
  const { gc } = globalThis as { readonly gc?: Collector };
  if (gc === undefined) {
    throw new Error("Cannot collect garbage: expected the flag --v8-flags=--expose-gc");
  }
  return gc;
}
