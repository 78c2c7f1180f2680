/**
 * Measurements in processes of their own: one process per round, and one for the floor.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { inTemporaryFolder, runDeno, runJson } from "../../scripts/child.ts";
import { withBudget } from "../budgets.ts";
import { type Figure, spreadOf } from "../figure.ts";
import { packCore } from "./packed_core.ts";
import { writeTypedAgent, writeTypedSchemas } from "./typed_agent.ts";
import type { TurnPauses } from "../durable/opening.ts";

/** Figure to measure. */
interface Measure extends Omit<Figure, "minimum" | "median" | "floor" | "budget"> {
  /** Name of the floor, if there is one. */
  readonly floorName?: string;
  /** Maximum number of rounds, if they differ little or take long. */
  readonly maxRounds?: number;
  /** Measures one round. */
  readonly take: () => Promise<Taken>;
}

/** Result of one round. */
interface Taken {
  readonly value: number;
  readonly floor?: number;
}

const ROOT = new URL("../../", import.meta.url);
const CONFIG = `--config=${fileURLToPath(new URL("deno.json", ROOT))}`;
const CORE = new URL("mod.ts", ROOT).href;
const TYPED_TOOLS = 20;
const LONG_LOG = 100_000;

/** Figures to measure, in the order of the report. */
export const MEASURES: readonly Measure[] = [
  {
    name: "importing mod.ts",
    unit: "ms",
    resolution: 4,
    floorName: "an empty program",
    take: () => timeStart(`import ${JSON.stringify(CORE)};\n`),
  },
  {
    name: "from start to the end of a first turn",
    unit: "ms",
    resolution: 4,
    floorName: "an empty program",
    take: () => timeStart(`import ${JSON.stringify(import.meta.resolve("./first_turn.ts"))};\n`),
  },
  {
    name: "the core at its start, bundled and minified, gzip",
    unit: "bytes",
    noise: 0.02,
    maxRounds: 1,
    take: measureBundle,
  },
  {
    name: "an idle session of 20 messages",
    unit: "bytes",
    noise: 0.05,
    floorName: "the text of its messages",
    maxRounds: 3,
    take: async () => {
      const { bytes, text } = await runProgram<{ bytes: number; text: number }>("idle_sessions");
      return { value: bytes, floor: text };
    },
  },
  {
    name: "growth of the heap with each of a million decisions",
    unit: "bytes",
    resolution: 1,
    maxRounds: 3,
    take: async () => ({ value: (await runProgram<{ bytes: number }>("heap_slope")).bytes }),
  },
  {
    name: "the first turn after opening 100,000 events",
    unit: "ms",
    noise: 0.2,
    maxRounds: 1,
    take: async () => ({ value: (await timeLongLog()).turn }),
  },
  {
    name: "the longest pause of that turn",
    unit: "ms",
    noise: 0.3,
    maxRounds: 1,
    take: async () => ({ value: (await timeLongLog()).pause }),
  },
  {
    name: "such a turn with bounded history",
    unit: "ms",
    noise: 0.3,
    maxRounds: 1,
    take: async () => ({ value: (await timeLongLog()).bounded }),
  },
  {
    name: "turns by the wall clock, beside what a profile names",
    unit: "ms",
    noise: 0.2,
    floorName: "the profile",
    maxRounds: 1,
    take: async () => {
      const { wall, named } = await profileTurns();
      return { value: wall, floor: named };
    },
  },
  {
    name: "tools and guards in a profile, beside CPU samples",
    unit: "ms",
    noise: 0.2,
    floorName: "the samples",
    maxRounds: 1,
    take: async () => {
      const { author, sampled } = await profileTurns();
      return { value: author, floor: sampled };
    },
  },
  {
    name: `type-checking an agent with ${TYPED_TOOLS} tools`,
    unit: "ms",
    noise: 0.2,
    floorName: "valibot alone",
    take: timeTypeCheck,
  },
  {
    name: "deno task test",
    unit: "ms",
    noise: 0.3,
    maxRounds: 1,
    take: async () => ({ value: await timed(["task", "test"], ROOT) }),
  },
];

/** Measures a figure in `rounds` rounds, or in fewer if it has a maximum. */
export async function measure(
  { floorName, maxRounds = Infinity, take, ...figure }: Measure,
  rounds: number,
): Promise<Figure> {
  const taken: Taken[] = [];
  while (taken.length < Math.min(rounds, maxRounds)) taken.push(await take());
  return withBudget({
    ...figure,
    ...spreadOf(taken.map(({ value }) => value)),
    ...(floorName && { floor: { name: floorName, ...spreadOf(taken.map(({ floor }) => floor!)) } }),
  });
}

/** Runs a program of this folder with some permissions. Returns the JSON value that it prints. */
function runProgram<Found>(name: string, permissions: readonly string[] = []): Promise<Found> {
  const program = new URL(`${name}.ts`, import.meta.url).href;
  return runJson<Found>([CONFIG, "--v8-flags=--expose-gc", ...permissions, program]);
}

/** Times that a profile names, and the same by the wall clock and by samples; only once. */
function profileTurns(): Promise<ProfiledTimes> {
  return profiled ??= runProgram<ProfiledTimes>("profiled_turns", ["--allow-sys"]);
}

interface ProfiledTimes {
  readonly wall: number;
  readonly named: number;
  readonly author: number;
  readonly sampled: number;
}

let profiled: Promise<ProfiledTimes> | undefined;

/** Times whole processes, including the start of Deno, from a warm cache. */
function timeStart(source: string): Promise<Taken> {
  return inTemporaryFolder(async (folder) => {
    const [empty, program] = ["empty.ts", "program.ts"].map((name) => new URL(name, folder));
    await Deno.writeTextFile(empty!, "");
    await Deno.writeTextFile(program!, source);
    const time = (program: URL) =>
      timed(["run", "--no-prompt", "--quiet", CONFIG, fileURLToPath(program)]);
    return await alternate(() => time(program!), () => time(empty!));
  });
}

/** Measures the fastest of three turns after a long log, and its longest pause; only once. */
function timeLongLog(): Promise<LongLogTimes> {
  return longLog ??= inTemporaryFolder(async (folder) => {
    const program = new URL("long_session.ts", import.meta.url).href;
    const args = [fileURLToPath(new URL("long.db", folder)), String(LONG_LOG)];
    const run = ["run", "--allow-all", "--quiet", CONFIG, program];
    const timeTurn = async (task: string): Promise<TurnPauses> =>
      JSON.parse(await runDeno([...run, task, ...args]));
    await runDeno([...run, "fill", ...args]);
    const least = { turn: Infinity, pause: Infinity, bounded: Infinity };
    for (let round = 0; round < 3; round++) {
      const { turn, pause } = await timeTurn("turn");
      least.turn = Math.min(least.turn, turn);
      least.pause = Math.min(least.pause, pause);
    }
    await runDeno([...run, "bound", ...args]);
    for (let round = 0; round < 3; round++) {
      least.bounded = Math.min(least.bounded, (await timeTurn("bounded")).turn);
    }
    return least;
  });
}

/** Times of first turns after opening a long log, in milliseconds. */
interface LongLogTimes extends TurnPauses {
  /** Duration of a turn whose history is bounded. */
  readonly bounded: number;
}

let longLog: Promise<LongLogTimes> | undefined;

/** Measures three times in turn, and returns the minima, because a process may be delayed. */
async function alternate(
  ours: () => Promise<number>,
  floor: () => Promise<number>,
): Promise<Taken> {
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

/** Measures the modules that a program loads at its start: the entry and its static imports. */
function measureBundle(): Promise<Taken> {
  return inTemporaryFolder(async (folder) => {
    const output = `--outdir=${fileURLToPath(folder)}`;
    const options = ["--quiet", "--minify", "--platform=browser", "--code-splitting", CONFIG];
    await runDeno(["bundle", ...options, output, fileURLToPath(CORE)]);
    let value = 0;
    const loaded = new Set([new URL("mod.js", folder).href]);
    // Iterating over a set visits elements that are added meanwhile.
    for (const url of loaded) {
      const bytes = await Deno.readFile(new URL(url));
      value += await countGzipBytes(bytes);
      const source = new TextDecoder().decode(bytes);
      for (const [, path] of source.matchAll(/(?:from|import)\s*"(\.\/[^"]+)"/g)) {
        loaded.add(new URL(path!, url).href);
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
 * Times type-checking of new programs, because results of earlier checks are cached. The core
 * is used in its published form, with type declarations.
 */
function timeTypeCheck(): Promise<Taken> {
  return inTemporaryFolder(async (folder) => {
    const imports = { core: await packCore(folder), valibot: "valibot" };
    let written = 0;
    const time = async (source: string) => {
      const program = new URL(`typed_${written++}.ts`, folder);
      await Deno.writeTextFile(program, source);
      return await timed(["check", "--quiet", CONFIG, fileURLToPath(program)]);
    };
    return await alternate(
      () => time(writeTypedAgent(TYPED_TOOLS, imports)),
      () => time(writeTypedSchemas(TYPED_TOOLS, imports)),
    );
  });
}
