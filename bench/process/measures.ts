/**
 * What a benchmark inside one process cannot see: each round is a process of its
 * own, or two of them where there is a floor.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { countGzipBytes } from "../../scripts/check/node_bundle.ts";
import { inTemporaryFolder } from "../../scripts/check/temporary_folder.ts";
import { runDeno, runJson } from "../../scripts/child.ts";
import { type Figure, spreadOf } from "../figure.ts";
import { packCore } from "./packed_core.ts";
import { typedAgent, typedSchemas } from "./typed_agent.ts";

/** How something is measured, and what is known of the figure before it is. */
export interface Measure {
  /** The figure, without what the rounds will give. */
  readonly figure: Omit<Figure, "minimum" | "median" | "floor">;
  /** What the floor is, where there is one. */
  readonly floor?: string;
  /** How many rounds are enough, where they differ little or take long. */
  readonly enough?: number;
  /** One round. */
  readonly take: () => Promise<Taken>;
}

/** What one round gave. */
interface Taken {
  readonly value: number;
  readonly floor?: number;
}

const ROOT = new URL("../../", import.meta.url);
const CONFIG = `--config=${fileURLToPath(new URL("deno.json", ROOT))}`;
const CORE = new URL("mod.ts", ROOT).href;
const TYPED_TOOLS = 20;

/** All measures, in the order of the report. */
export const MEASURES: readonly Measure[] = [
  {
    figure: {
      name: "an idle session of 20 messages",
      unit: "bytes",
      budget: { kind: "over the floor", limit: 6_000 },
      noise: 0.05,
    },
    floor: "the text of its messages",
    enough: 3,
    take: async () => {
      const { bytes, text } = await runProgram<{ bytes: number; text: number }>("idle_sessions");
      return { value: bytes, floor: text };
    },
  },
  {
    figure: {
      name: "allocated by a decision of the profile scenario",
      unit: "bytes",
      noise: 0.05,
    },
    take: async () => ({ value: (await runProgram<{ bytes: number }>("allocation")).bytes }),
  },
  {
    figure: {
      name: "growth of the heap with each of a million decisions",
      unit: "bytes",
      resolution: 1,
    },
    enough: 3,
    take: async () => ({ value: (await runProgram<{ bytes: number }>("heap_slope")).bytes }),
  },
  {
    figure: {
      name: "importing mod.ts",
      unit: "ms",
      budget: { kind: "over the floor", limit: 15 },
      resolution: 4,
    },
    floor: "an empty program",
    take: takeImport,
  },
  {
    figure: {
      name: "the core at its start, bundled and minified, gzip",
      unit: "bytes",
      budget: { kind: "itself", limit: 15_000 },
      noise: 0.02,
    },
    enough: 1,
    take: takeBundle,
  },
  {
    figure: {
      name: `type-checking an agent with ${TYPED_TOOLS} tools`,
      unit: "ms",
      budget: { kind: "times the floor", limit: 1.15 },
      noise: 0.2,
    },
    floor: "valibot alone",
    take: takeTypes,
  },
];

/** Measures in so many rounds, or in fewer if they are enough. */
export async function measure(
  { figure, floor, enough = Infinity, take }: Measure,
  rounds: number,
): Promise<Figure> {
  const taken: Taken[] = [];
  while (taken.length < Math.min(rounds, enough)) taken.push(await take());
  return {
    ...figure,
    ...spreadOf(taken.map(({ value }) => value)),
    ...(floor && { floor: { name: floor, ...spreadOf(taken.map(({ floor }) => floor!)) } }),
  };
}

/** Runs a program of this folder, which prints what it found. */
function runProgram<Found>(name: string): Promise<Found> {
  const program = new URL(`${name}.ts`, import.meta.url).href;
  return runJson<Found>([CONFIG, "--v8-flags=--expose-gc", program]);
}

/** Whole processes, the start of Deno included, from a warm cache. */
function takeImport(): Promise<Taken> {
  return inTemporaryFolder(async (folder) => {
    const [empty, importing] = ["empty.ts", "importing.ts"].map((name) => new URL(name, folder));
    await Deno.writeTextFile(empty!, "");
    await Deno.writeTextFile(importing!, `import ${JSON.stringify(CORE)};\n`);
    const time = (program: URL) =>
      timed(["run", "--no-prompt", "--quiet", CONFIG, fileURLToPath(program)]);
    return await inTurn(() => time(importing!), () => time(empty!));
  });
}

/** One after the other, each three times and its least, for a process may be held up. */
async function inTurn(ours: () => Promise<number>, floor: () => Promise<number>): Promise<Taken> {
  let [value, least] = [Infinity, Infinity];
  for (let turn = 0; turn < 3; turn++) {
    value = Math.min(value, await ours());
    least = Math.min(least, await floor());
  }
  return { value, floor: least };
}

async function timed(args: readonly string[]): Promise<number> {
  const begun = performance.now();
  await runDeno(args);
  return performance.now() - begun;
}

/** What a program loads when it starts: the entry and what that imports, not what waits for its use. */
function takeBundle(): Promise<Taken> {
  return inTemporaryFolder(async (folder) => {
    const output = `--outdir=${fileURLToPath(folder)}`;
    const options = ["--quiet", "--minify", "--platform=browser", "--code-splitting", CONFIG];
    await runDeno(["bundle", ...options, output, fileURLToPath(CORE)]);
    let value = 0;
    const loaded = new Set([new URL("mod.js", folder).href]);
    // A set visits what is added to it on the way.
    for (const address of loaded) {
      const bytes = await Deno.readFile(new URL(address));
      value += await countGzipBytes(bytes);
      const source = new TextDecoder().decode(bytes);
      for (const [, path] of source.matchAll(/(?:from|import)\s*"(\.\/[^"]+)"/g)) {
        loaded.add(new URL(path!, address).href);
      }
    }
    return { value };
  });
}

/**
 * Programs that were not checked before: what is kept of checked ones would hide
 * the time. The core is taken as its users get it, with declarations for its types.
 */
function takeTypes(): Promise<Taken> {
  return inTemporaryFolder(async (folder) => {
    const imports = { core: await packCore(folder), valibot: "valibot" };
    let made = 0;
    const time = async (source: string) => {
      const program = new URL(`typed_${made++}.ts`, folder);
      await Deno.writeTextFile(program, source);
      return await timed(["check", "--quiet", CONFIG, fileURLToPath(program)]);
    };
    return await inTurn(
      () => time(typedAgent(TYPED_TOOLS, imports)),
      () => time(typedSchemas(TYPED_TOOLS, imports)),
    );
  });
}
