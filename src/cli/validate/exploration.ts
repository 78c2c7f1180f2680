/**
 * Playing every path of an agent, for `nomos validate --explore`.
 *
 * @module
 */
import type { ConfigProblem } from "../../config/text/problem.ts";
import { generateCandidates } from "../../llm/auto/make_output.ts";
import { seededRandom } from "../../random.ts";
import { plainJsonSchema } from "../../schema/profiles/vendors.ts";
import { readData, SessionValueProblem } from "../../schema/session_values.ts";
import { WireSchema } from "../../schema/wire_schema.ts";
import { explore } from "../../testing/explore/explore.ts";
import { describeTarget } from "../../testing/explore/target.ts";
import type { AgentCore } from "../../turn/agent_core.ts";
import type { CheckedAgent } from "./check_agent.ts";

/** Figures of an exploration. */
export interface Explored {
  /** Number of steps, routes, outcomes of tools, states of guards and others that were reached. */
  readonly reached: number;
  /** Number of those that were not reached. */
  readonly missed: number;
  /** Number of paths. */
  readonly paths: number;
  /** Number of decisions on all paths. */
  readonly decisions: number;
}

/** Result of an exploration. */
interface Exploration {
  readonly explored: Explored;
  readonly errors: readonly ConfigProblem[];
  /** Guards that are never true with the data that were generated. */
  readonly warnings: readonly ConfigProblem[];
}

/** Plays every step, route, outcome of a tool and guard of an agent. */
export async function exploreAgent(
  { agent, context, locateStep }: CheckedAgent,
  core: AgentCore,
): Promise<Exploration> {
  const samples = sampleData(core);
  const { played, decisions, missed, reached, problems } = await explore(agent!, {
    ...context !== undefined && { contexts: [context] },
    ...samples.length > 0 && { data: samples },
  });
  const describe = ({ target, why }: (typeof missed)[number]): ConfigProblem => ({
    ...locateStep(target.step),
    message: `not reached: ${describeTarget(target)}: ${why}`,
  });
  const isGuard = ({ target }: (typeof missed)[number]) => target.kind === "guard";
  return {
    explored: {
      reached: reached.length,
      missed: missed.length,
      paths: played,
      decisions,
    },
    errors: [
      ...missed.filter((one) => !isGuard(one)).map(describe),
      ...problems.map(({ check, message, path: { reached } }) => ({
        ...locateStep(reached.at(-1)?.step ?? core.graph.start),
        message: `${check}: ${message}`,
      })),
    ],
    // With other data, which cannot be guessed, a guard may well be true.
    warnings: missed.filter(isGuard).map(describe),
  };
}

/** Maximum number of samples of the data. */
const MAX_SAMPLES = 8;

/** Returns the defaults of the data, and generated data, with which guards are called. */
function sampleData({ graph: { data: schemas } }: AgentCore): Readonly<Record<string, unknown>>[] {
  if (schemas === undefined) return [];
  const { schema, definitions } = WireSchema.of(schemas[0]!.schema, "the data")
    .lower(plainJsonSchema, "data");
  const generated = generateCandidates(schema, seededRandom(1), { $defs: definitions });
  return [{}, ...generated]
    .filter((sample) => !(readData(schemas, sample as never) instanceof SessionValueProblem))
    .slice(0, MAX_SAMPLES) as Readonly<Record<string, unknown>>[];
}
