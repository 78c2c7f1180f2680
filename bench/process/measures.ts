/**
 * Measurements that need processes of their own: one for each round, two if there is a floor.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { inTemporaryFolder, runDeno, runJson } from "../../scripts/child.ts";
import { withBudget } from "../budgets.ts";
import { type Figure, spreadOf } from "../figure.ts";
import { packCore } from "./packed_core.ts";
import { typedAgent, typedSchemas } from "./typed_agent.ts";

/** A figure that is measured, without what the rounds will give. */
export interface Measure {
  /** The figure. */
  readonly figure: Omit<Figure, "minimum" | "median" | "floor" | "budget">;
  /** The name of the floor, if there is one. */
  readonly floor?: string;
  /** The number of rounds that is enough, if they differ little or take long. */
  readonly enough?: number;
  /** One round. */
  readonly take: () => Promise<Taken>;
}

/** The result of one round. */
interface Taken {
  readonly value: number;
  readonly floor?: number;
}

const ROOT = new URL("../../", import.meta.url);
const CONFIG = `--config=${fileURLToPath(new URL("deno.json", ROOT))}`;
const CORE = new URL("mod.ts", ROOT).href;
const TYPED_TOOLS = 20;
const LONG_LOG = 100_000;

/** All measures, in the order of the report. */
export const MEASURES: readonly Measure[] = [
  {
    figure: { name: "importing mod.ts", unit: "ms", resolution: 4 },
    floor: "an empty program",
    take: () => takeStart(`import ${JSON.stringify(CORE)};\n`),
  },
  {
    figure: { name: "from start to the end of a first turn", unit: "ms", resolution: 4 },
    floor: "an empty program",
    take: () => takeStart(`import ${JSON.stringify(import.meta.resolve("./first_turn.ts"))};\n`),
  },
  {
    figure: {
      name: "the core at its start, bundled and minified, gzip",
      unit: "bytes",
      noise: 0.02,
    },
    enough: 1,
    take: takeBundle,
  },
  {
    figure: { name: "an idle session of 20 messages", unit: "bytes", noise: 0.05 },
    floor: "the text of its messages",
    enough: 3,
    take: async () => {
      const { bytes, text } = await runProgram<{ bytes: number; text: number }>("idle_sessions");
      return { value: bytes, floor: text };
    },
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
    figure: { name: "the first turn after opening 100,000 events", unit: "ms", noise: 0.2 },
    enough: 1,
    take: async () => ({ value: (await openLongLog()).turn }),
  },
  {
    figure: { name: "the longest pause of that turn", unit: "ms", noise: 0.3 },
    enough: 1,
    take: async () => ({ value: (await openLongLog()).pause }),
  },
  {
    figure: {
      name: `type-checking an agent with ${TYPED_TOOLS} tools`,
      unit: "ms",
      noise: 0.2,
    },
    floor: "valibot alone",
    take: takeTypes,
  },
  {
    figure: { name: "deno task test", unit: "ms", noise: 0.3 },
    enough: 1,
    take: async () => ({ value: await timed(["task", "test"], ROOT) }),
  },
];

/** Measures in so many rounds, or in fewer if they are enough. */
export async function measure(
  { figure, floor, enough = Infinity, take }: Measure,
  rounds: number,
): Promise<Figure> {
  const taken: Taken[] = [];
  while (taken.length < Math.min(rounds, enough)) taken.push(await take());
  return withBudget({
    ...figure,
    ...spreadOf(taken.map(({ value }) => value)),
    ...(floor && { floor: { name: floor, ...spreadOf(taken.map(({ floor }) => floor!)) } }),
  });
}

/** Runs a program of this folder, which prints what it found. */
function runProgram<Found>(name: string): Promise<Found> {
  const program = new URL(`${name}.ts`, import.meta.url).href;
  return runJson<Found>([CONFIG, "--v8-flags=--expose-gc", program]);
}

/** Whole processes, the start of Deno included, from a warm cache. */
function takeStart(source: string): Promise<Taken> {
  return inTemporaryFolder(async (folder) => {
    const [empty, program] = ["empty.ts", "program.ts"].map((name) => new URL(name, folder));
    await Deno.writeTextFile(empty!, "");
    await Deno.writeTextFile(program!, source);
    const time = (program: URL) =>
      timed(["run", "--no-prompt", "--quiet", CONFIG, fileURLToPath(program)]);
    return await inTurn(() => time(program!), () => time(empty!));
  });
}

/** The least turn of three on top of a long log, and its longest pause; measured once. */
function openLongLog(): Promise<{ turn: number; pause: number }> {
  return longLog ??= inTemporaryFolder(async (folder) => {
    const program = new URL("long_session.ts", import.meta.url).href;
    const args = [fileURLToPath(new URL("long.db", folder)), String(LONG_LOG)];
    const run = ["run", "--allow-all", "--quiet", CONFIG, program];
    await runDeno([...run, "fill", ...args]);
    let least = { turn: Infinity, pause: Infinity };
    for (let round = 0; round < 3; round++) {
      const { turn, pause } = JSON.parse(await runDeno([...run, "turn", ...args]));
      least = { turn: Math.min(least.turn, turn), pause: Math.min(least.pause, pause) };
    }
    return least;
  });
}

let longLog: Promise<{ turn: number; pause: number }> | undefined;

/** One after the other, each three times and its least, for a process may be held up. */
async function inTurn(ours: () => Promise<number>, floor: () => Promise<number>): Promise<Taken> {
  let taken = { value: Infinity, floor: Infinity };
  for (let turn = 0; turn < 3; turn++) {
    const value = Math.min(taken.value, await ours());
    taken = { value, floor: Math.min(taken.floor, await floor()) };
  }
  return taken;
}

async function timed(args: readonly string[], folder?: URL): Promise<number> {
  const begun = performance.now();
  await runDeno(args, folder);
  return performance.now() - begun;
}

/** Modules that a program loads at its start: the entry and its static imports. */
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

async function countGzipBytes(bytes: Uint8Array<ArrayBuffer>): Promise<number> {
  const compressed = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  return (await new Response(compressed).arrayBuffer()).byteLength;
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
