/**
 * Comparison of decision schemas with XGrammar.
 *
 * @module
 */
import type { SchemaProfile } from "@nomos/agent/llm";
import { localGrammar, openaiStrict } from "@nomos/agent/llm";
import config from "../deno.json" with { type: "json" };
import type { Feature } from "../../schema/random_valibot.ts";
import { changeKeys, listIllegalOutputs, type Mistake, MISTAKES } from "./illegal_outputs.ts";
import { type JudgedRequest, playExamples, playPlan } from "./judged_requests.ts";
import { judgeKeywords } from "./judge_keywords.ts";
import { planAgents } from "./random_agents.ts";
import { SchemaWriter } from "./schema_order.ts";
import { Decoder } from "./decoder.ts";

/** Profile with what is expected of it. */
interface JudgedProfile {
  readonly profile: SchemaProfile;
  /** Constructs that it has besides those of every profile. */
  readonly features: readonly Feature[];
  /** Number of random agents. */
  readonly agents: number;
  /** True if the decoder must accept every legal output. */
  readonly isExact: boolean;
}

const PROFILES: readonly JudgedProfile[] = [
  {
    profile: localGrammar,
    features: ["open", "recursive", "rest", "unknown"],
    agents: 50,
    isExact: true,
  },
  // Also sent to vLLM behind https, which nothing distinguishes from a vendor.
  { profile: openaiStrict, features: ["recursive"], agents: 10, isExact: false },
];

const VERSION = config.imports["@mlc-ai/web-xgrammar"].split("@").at(-1);
const SEED = 20_261_130;
/** Maximum number of failures that are printed per profile. */
const MAX_PRINTED = 5;

/** Runs the comparison and prints its figures. Returns true if there is no disagreement. */
export async function judgeDecoder(): Promise<boolean> {
  console.log(
    `XGrammar ${VERSION} stands for vLLM and SGLang, not for OpenAI, Anthropic or llama.cpp`,
  );
  const decoder = new Decoder();
  let isAgreed = true;
  for (const { profile, features, agents, isExact } of PROFILES) {
    const start = performance.now();
    const requests = await playExamples(profile);
    for (const plan of planAgents(agents, SEED, profile, features)) {
      requests.push(...await playPlan(plan, profile));
    }
    const tally = new Tally(isExact);
    for (const request of requests) await judgeRequest(decoder, request, tally);
    isAgreed = tally.print(profile.name, performance.now() - start) && isAgreed;
  }
  isAgreed = await judgeKeywords(decoder) && isAgreed;
  decoder.close();
  return isAgreed;
}

async function judgeRequest(
  decoder: Decoder,
  { name, request, outputs }: JudgedRequest,
  tally: Tally,
): Promise<void> {
  const writer = new SchemaWriter(request.schema);
  /** Mistakes of illegal outputs by text; undefined for legal ones. */
  const written = new Map<string, Mistake | undefined>();
  for (const output of outputs) {
    if (!(await request.validate(output)).success || !writer.accepts(output)) {
      throw new Error(`${name} refuses ${JSON.stringify(output)}`);
    }
    written.set(writer.write(output), undefined);
    // An unknown key is legal in a record, a missing one if it is optional.
    const changed = [...changeKeys(output)].filter((one) => !writer.accepts(one.output));
    for (const one of [...listIllegalOutputs(request, output), ...changed]) {
      written.set(writer.write(one.output), one.mistake);
    }
  }
  const verdict = await decoder.judge(request.schema, [...written.keys()]);
  tally.add("compiled", !("aborted" in verdict), `${name}: ${JSON.stringify(verdict)}`);
  if ("aborted" in verdict) return;
  for (const [index, [text, mistake]] of [...written].entries()) {
    const isAccepted = verdict.accepted[index]!;
    if (mistake === undefined) tally.add("accepted", isAccepted, `${name} refused ${text}`);
    else tally.add(mistake, !isAccepted, `${name} accepted ${text} (${mistake})`);
  }
}

type Kind = "compiled" | "accepted" | Mistake;

/** Kinds of cases; each must occur. */
const KINDS: readonly Kind[] = ["compiled", "accepted", ...MISTAKES];

/** Counts of agreements of one profile. */
class Tally {
  readonly #isExact: boolean;
  readonly #counts = new Map(KINDS.map((kind) => [kind, { agreed: 0, all: 0 }]));
  readonly #failures: string[] = [];

  constructor(isExact: boolean) {
    this.#isExact = isExact;
  }

  add(kind: Kind, agrees: boolean, detail: string): void {
    const count = this.#counts.get(kind)!;
    count.all++;
    if (agrees) count.agreed++;
    else if (this.#isExact || kind !== "compiled" && kind !== "accepted") {
      this.#failures.push(detail);
    }
  }

  /** Prints the counts and some failures. Returns true if there is no failure. */
  print(name: string, milliseconds: number): boolean {
    const [compiled, accepted, ...refused] = [...this.#counts].map(([kind, { agreed, all }]) => {
      if (all === 0) this.#failures.push(`${name} has no case: ${kind}`);
      return kind === "compiled" || kind === "accepted"
        ? `${agreed} of ${all}`
        : `${agreed} of ${all} with ${kind}`;
    });
    const seconds = (milliseconds / 1_000).toFixed(1);
    console.log(`${name}: ${compiled} schemas compiled, ${accepted} legal outputs accepted`);
    console.log(`  illegal outputs refused: ${refused.join(", ")} (${seconds} s)`);
    if (!this.#isExact) {
      console.log("  It is made for other decoders: the keywords below say what this one refuses");
    }
    for (const one of this.#failures.slice(0, MAX_PRINTED)) console.error(`  failed: ${one}`);
    return this.#failures.length === 0;
  }
}
