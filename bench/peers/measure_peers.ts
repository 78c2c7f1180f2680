/**
 * Measuring the peers, in rounds in which all take turns.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { inTemporaryFolder, runDeno } from "../../scripts/child.ts";
import { during } from "../../scripts/progress.ts";
import { type Spread, spreadOf } from "../figure.ts";
import { findInstalled, programOf } from "./installed.ts";
import { HISTORIES, IDLE_MESSAGES, type PeerFigures } from "./peer_figures.ts";
import { CONFIG, PeerProcess } from "./peer_process.ts";
import type { About } from "./frameworks/peer.ts";

/** The modules of the peers: ours first, then by name, and the floor last. */
export const PEERS: readonly string[] = [
  "nomos",
  "nomos_ai_sdk",
  "ai_object",
  "ai_tools",
  "langgraph",
  "langgraph_memory",
  "mastra",
  "openai_agents",
  "openai_agents_plain",
  "xstate",
];

/** Duration of the measurement. */
export interface Effort {
  /** Rounds that count; one before them does not. */
  readonly rounds: number;
  /** Milliseconds of play in each round. */
  readonly milliseconds: number;
  /** Idle conversations that are kept at once. */
  readonly conversations: number;
}

/** Measures some peers. */
export async function measurePeers(
  modules: readonly string[],
  { rounds, milliseconds, conversations }: Effort,
): Promise<PeerFigures[]> {
  const processes = modules.map((module) => new PeerProcess(module));
  try {
    const abouts: About[] = [];
    for (const process of processes) abouts.push(await process.ask({ task: "about" }));
    // First, while the heap holds nothing else.
    const idle = await inRounds(
      "Keeping idle conversations",
      processes,
      rounds,
      (process) => process.ask({ task: "idle", messages: IDLE_MESSAGES, conversations }),
    );
    const calls: number[][][] = [];
    for (const messages of HISTORIES) {
      const play = (process: PeerProcess) => process.ask({ task: "play", messages, milliseconds });
      calls.push(await inRounds(`Playing after ${messages} messages`, processes, rounds, play));
    }
    const importing = await importTimes(abouts, rounds);
    const figures: PeerFigures[] = [];
    for (const [index, about] of abouts.entries()) {
      figures.push({
        module: modules[index]!,
        ...about,
        ...await findInstalled(about.imports),
        calls: HISTORIES.map((messages, at) => ({ messages, ...spreadOf(calls[at]![index]!) })),
        idle: spreadOf(idle[index]!),
        importing: importing[index]!,
      });
    }
    return figures;
  } finally {
    await Promise.all(processes.map((process) => process.end()));
  }
}

/** The values of each subject in each round, those of the first round left out. */
function inRounds<Subject>(
  label: string,
  subjects: readonly Subject[],
  rounds: number,
  take: (subject: Subject) => Promise<number>,
): Promise<number[][]> {
  return during(label, async () => {
    const taken = subjects.map((): number[] => []);
    for (let round = 0; round <= rounds; round++) {
      for (const [index, subject] of subjects.entries()) {
        const value = await take(subject);
        if (round > 0) taken[index]!.push(value);
      }
    }
    return taken;
  });
}

/** Whole processes; what an empty one takes in the same rounds is taken off. */
function importTimes(abouts: readonly About[], rounds: number): Promise<Spread[]> {
  return inTemporaryFolder(async (folder) => {
    const programs = [[], ...abouts.map(({ imports }) => imports)].map((imports, index) => ({
      path: fileURLToPath(new URL(`${index}.ts`, folder)),
      text: programOf(imports),
    }));
    for (const { path, text } of programs) await Deno.writeTextFile(path, text);
    const [empty, ...times] = await inRounds("Importing", programs, rounds, async ({ path }) => {
      const begun = performance.now();
      await runDeno(["run", "--allow-all", "--quiet", CONFIG, path]);
      return performance.now() - begun;
    });
    const floor = spreadOf(empty!);
    return times.map(spreadOf).map(({ minimum, median }) => ({
      minimum: minimum - floor.minimum,
      median: median - floor.median,
    }));
  });
}
