import type { Figure } from "../../../bench/figure.ts";
import type { PeerFigures } from "../../../bench/peers/peer_figures.ts";
import type { Bench } from "../../../bench/report/benches.ts";
import type { Results } from "../../../bench/report/results.ts";
import type { Setting } from "../../../bench/report/setting.ts";

/** Fictitious machine. */
export const SETTING: Setting = {
  date: "2026-01-31",
  processor: "Abacus 9 @ 1.00GHz",
  cores: 4,
  memory: 8_000_000_000,
  system: "Linux x64",
  versions: { deno: "2.9.6", "@valibot/to-json-schema": "1.8.0" },
  commands: ["deno bench bench/", "deno task bench --report"],
};

/** Makes a figure of 100 µs without optional properties. */
export function sampleFigure(part: Partial<Figure> = {}): Figure {
  return { name: "a turn", unit: "µs", minimum: 100, median: 110, ...part };
}

/** Makes a benchmark of 500 ns in the group "a session". */
export function sampleBench(part: Partial<Bench> = {}): Bench {
  return {
    group: "a session",
    name: "createSession()",
    isFloor: false,
    minimum: 500,
    average: 620,
    p99: 1_250,
    ...part,
  };
}

/** Makes a framework whose calls take a time proportional to the history. */
export function samplePeer(part: Partial<PeerFigures> = {}): PeerFigures {
  return {
    module: "nomos",
    title: "@nomos/agent",
    imports: ["@nomos/agent"],
    includes: "the mock model, validation of the decision",
    leavesOut: "nothing",
    versions: { "@nomos/agent": "0.1.0" },
    packages: 3,
    bytes: 2_500_000,
    calls: [
      { messages: 10, minimum: 10, median: 11 },
      { messages: 100, minimum: 100, median: 110 },
      { messages: 1_000, minimum: 1_000, median: 1_100 },
    ],
    idle: { minimum: 8_000, median: 8_200 },
    importing: { minimum: 18, median: 20 },
    ...part,
  };
}

/** Makes a run with a figure of every kind. Only the last one exceeds its budget. */
export function sampleResults(part: Partial<Results> = {}): Results {
  return {
    version: 1,
    setting: SETTING,
    figures: [
      {
        name: "a decision",
        unit: "µs",
        minimum: 12,
        median: 13,
        floor: { name: "bare valibot", minimum: 4, median: 4.5 },
        budget: { kind: "times the floor", limit: 6 },
      },
      {
        name: "a cached look-up",
        unit: "ns",
        minimum: 40,
        median: 41.5,
        budget: { kind: "itself", limit: 60 },
        resolution: 10,
      },
      {
        name: "an idle session",
        unit: "bytes",
        minimum: 9_000,
        median: 9_100,
        floor: { name: "the text", minimum: 4_000, median: 4_000 },
        budget: { kind: "over the floor", limit: 6_000 },
        noise: 0.05,
      },
      { name: "allocated", unit: "bytes", minimum: 12_345, median: 12_400, noise: 0.05 },
      {
        name: "a turn that a model reads",
        unit: "µs",
        minimum: 30,
        median: 33,
        floor: { name: "a short turn", minimum: 20, median: 21 },
      },
      {
        name: "importing mod.ts",
        unit: "ms",
        minimum: 48,
        median: 50,
        floor: { name: "an empty program", minimum: 30, median: 31 },
        budget: { kind: "over the floor", limit: 15 },
        resolution: 4,
      },
    ],
    benches: [
      sampleBench({ name: "a bare object", isFloor: true, minimum: 250, average: 300, p99: 400 }),
      sampleBench(),
    ],
    ...part,
  };
}

/** Makes a run like {@linkcode sampleResults}, with three frameworks. */
export function sampleReport(part: Partial<Results> = {}): Results {
  const slower = (module: string, title: string, times: number): PeerFigures =>
    samplePeer({
      module,
      title,
      imports: [module],
      versions: { [module]: "6.0.0" },
      calls: samplePeer().calls.map(({ messages, minimum, median }) => ({
        messages,
        minimum: minimum * times,
        median: median * times,
      })),
    });
  const peers = [samplePeer(), slower("ai", "ai, tools", 3), slower("xstate", "xstate, bare", 0.5)];
  return { ...sampleResults(), peers, ...part };
}
