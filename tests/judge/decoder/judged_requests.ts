/**
 * Requests of agents, with outputs that they accept.
 *
 * @module
 */
import { Agent, type LLM, type LLMRequest, MockLLM, type Session } from "@nomos/agent";
import type { SchemaProfile } from "@nomos/agent/llm";
import { createBarista } from "../../../examples/barista.ts";
import { createCompanion } from "../../../examples/long_talk.ts";
import { createResearcher } from "../../../examples/researcher.ts";
import { createAnalyst } from "../../../examples/sales_chart.ts";
import { createSupportDesk } from "../../../examples/support_desk.ts";
import { createTriage } from "../../../examples/triage.ts";
import type { Output } from "./illegal_outputs.ts";
import type { AgentPlan } from "./random_agents.ts";

/** Request for a decision, with outputs that it accepts. */
export interface JudgedRequest {
  /** Agent and step, for messages. */
  readonly name: string;
  readonly request: LLMRequest;
  readonly outputs: readonly Output[];
}

/** Maximum number of turns of a played session. */
const MAX_TURNS = 10;

/** Plays an agent by an automatic mock; records each request for a decision and its output. */
class Recorder implements LLM {
  readonly name = "recorder";
  readonly recorded = new Map<
    string,
    { readonly request: LLMRequest; readonly outputs: Output[] }
  >();
  readonly #player: MockLLM;

  constructor(readonly schemaProfile: SchemaProfile) {
    this.#player = MockLLM.auto({ schemaProfile });
  }

  async decide(request: LLMRequest) {
    const result = await this.#player.decide(request);
    if (request.legal !== undefined) {
      const key = JSON.stringify(request.schema);
      const record = this.recorded.get(key) ?? { request, outputs: [] };
      this.recorded.set(key, record);
      const { decision, ...rest } = result.output as Output;
      // The mock writes null for an absent response, which only some profiles have.
      const isAbsent = decision.action === "END" && this.schemaProfile.optional === "omitted";
      record.outputs.push({ ...rest, decision: isAbsent ? { action: "END" } : decision });
    }
    return result;
  }
}

/** Sessions of the examples, by file name. */
const EXAMPLES: Readonly<Record<string, (llm: LLM) => Pick<Session, "next" | "status">>> = {
  barista: (llm) => createBarista(llm).createSession(),
  long_talk: (llm) => createCompanion(llm).createSession(),
  researcher: (llm) => createResearcher(llm).createSession(),
  sales_chart: (llm) => createAnalyst(llm).createSession(),
  support_desk: (llm) => createSupportDesk(llm).createSession(),
  triage: (llm) => createTriage(llm).createSession(),
};

/** Plays each example, and returns its requests. */
export async function playExamples(profile: SchemaProfile): Promise<JudgedRequest[]> {
  await checkExamples();
  const judged: JudgedRequest[] = [];
  for (const [name, open] of Object.entries(EXAMPLES)) {
    const recorder = new Recorder(profile);
    const session = open(recorder);
    for (let turn = 0; turn < MAX_TURNS && session.status !== "ended"; turn++) {
      await session.next("Go on");
    }
    judged.push(...listRecorded(recorder, `example ${name}`));
  }
  return judged;
}

/** Returns the first request of each step of a planned agent, with the planned decisions. */
export async function playPlan(
  { name, options, decisions }: AgentPlan,
  profile: SchemaProfile,
): Promise<JudgedRequest[]> {
  const judged: JudgedRequest[] = [];
  for (const start of Object.keys(options.steps)) {
    const { promise, resolve } = Promise.withResolvers<LLMRequest>();
    const llm: LLM = {
      name: "asked",
      schemaProfile: profile,
      decide: (request) => {
        resolve(request);
        return Promise.resolve({ output: decisions[start]![0] });
      },
    };
    const agent = new Agent({ ...options, name, llm, start, limits: { turn: { modelCalls: 1 } } });
    await agent.createSession().next("Go on");
    const request = await promise;
    judged.push({ name: `${name}, step ${start}`, request, outputs: decisions[start]! });
  }
  return judged;
}

function listRecorded({ recorded }: Recorder, name: string): JudgedRequest[] {
  return [...recorded.values()].map(({ request, outputs }) => ({
    name: `${name}, ${request.step}`,
    request,
    outputs,
  }));
}

/** Throws if an example has no entry in {@linkcode EXAMPLES}, or the other way round. */
async function checkExamples(): Promise<void> {
  const files: string[] = [];
  for await (const { name } of Deno.readDir(new URL("../../../examples/", import.meta.url))) {
    if (name.endsWith(".ts") && !name.endsWith("_test.ts")) files.push(name.replace(".ts", ""));
  }
  const [found, known] = [files.sort().join(), Object.keys(EXAMPLES).sort().join()];
  if (found !== known) throw new Error(`The examples are ${found}: expected ${known}`);
}
