/**
 * Measurement of other frameworks, in rounds that alternate between them.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { inTemporaryFolder, runDeno } from "../../scripts/child.ts";
import { announce } from "../../scripts/progress.ts";
import { type Spread, spreadOf } from "../figure.ts";
import { findInstalled, writeProgram } from "./installed.ts";
import { HISTORIES, IDLE_MESSAGES, type PeerFigures } from "./peer_figures.ts";
import { CONFIG, PeerProcess } from "./peer_process.ts";
import type { About } from "./frameworks/peer.ts";

/** Modules of the frameworks: this one first, then by name, and the floor last. */
export const PEERS: readonly string[] = [
  "nomos",
  "nomos_openai",
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

/** Number of idle conversations that are kept at once. */
const CONVERSATIONS = 200;

/**
 * Measures frameworks.
 *
 * @param rounds Number of rounds, after one that is not counted.
 * @param milliseconds Duration of the scenario in each round.
 */
export async function measurePeers(
  modules: readonly string[],
  rounds: number,
  milliseconds: number = 200,
): Promise<PeerFigures[]> {
  const processes = modules.map((module) => new PeerProcess(module));
  try {
    const abouts = await Promise.all(processes.map(({ about }) => about));
    // Measured first, while the heap is empty.
    const keep = (process: PeerProcess) =>
      process.ask({ task: "idle", messages: IDLE_MESSAGES, conversations: CONVERSATIONS });
    const idle = await inRounds("Keeping idle conversations", processes, rounds, keep);
    const calls: number[][][] = [];
    for (const messages of HISTORIES) {
      const play = (process: PeerProcess) => process.ask({ task: "play", messages, milliseconds });
      calls.push(await inRounds(`Playing after ${messages} messages`, processes, rounds, play));
    }
    const importing = await timeImports(abouts, rounds);
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

/** Measures each subject in each round. Omits the values of the first round. */
function inRounds<Subject>(
  label: string,
  subjects: readonly Subject[],
  rounds: number,
  take: (subject: Subject) => Promise<number>,
): Promise<number[][]> {
  return announce(label, async () => {
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

/** Times processes that only import, minus the time of an empty one in the same rounds. */
function timeImports(abouts: readonly About[], rounds: number): Promise<Spread[]> {
  return inTemporaryFolder(async (folder) => {
    const programs = [[], ...abouts.map(({ imports }) => imports)].map((imports, index) => ({
      path: fileURLToPath(new URL(`${index}.ts`, folder)),
      text: writeProgram(imports),
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
