/**
 * Collecting garbage on purpose, which needs `--v8-flags=--expose-gc`.
 *
 * @module
 */

type Collector = (options?: { readonly type: "minor" }) => void;

/** Collects what can be collected, and gives what is left. */
export async function collectGarbage(): Promise<Deno.MemoryUsage> {
  const collect = findCollector();
  for (let round = 0; round < 3; round++) {
    // A weak reference lives until the macrotask in which it was read is over.
    await new Promise((resolve) => setTimeout(resolve));
    collect();
  }
  return Deno.memoryUsage();
}

/** Collects what was made last and is no longer used, at little cost. */
export function collectYoungGarbage(): void {
  findCollector()({ type: "minor" });
}

function findCollector(): Collector {
  const { gc } = globalThis as { readonly gc?: Collector };
  if (gc === undefined) throw new Error("Cannot collect garbage: expected --expose-gc");
  return gc;
}
