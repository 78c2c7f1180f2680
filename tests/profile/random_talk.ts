import {
  Agent,
  type LLM,
  LLMError,
  type LLMRequest,
  type SessionEvent,
  Tool,
  type Usage,
} from "@nomos/agent";
import type { LLMChunk, LLMResult } from "@nomos/agent/llm";
import { memoryStore, type Store } from "@nomos/agent/store";
import * as v from "valibot";
import { type AgentProfile, Profiler } from "@nomos/agent/profile";
import { pick, type Random, randomBelow, seededRandom } from "../../src/random.ts";
import { SimClock } from "./sim_clock.ts";

/** A played conversation, and what is known of it from outside the profiler. */
export interface RandomTalk {
  readonly profile: AgentProfile;
  /** Time of the turns, by the clock. */
  readonly wall: number;
  /** Sum of the tokens and the money that events report, in millionths of a millionth. */
  readonly tokens: number;
  readonly cost: number;
  /** Log of the session. */
  readonly events: readonly SessionEvent[];
  /** Number of turns that failed with an error. */
  readonly failures: number;
}

/** Prices with a tier, so that the price of a call is not the sum of the prices of its parts. */
const costOf = ({ input = 0, output = 0, cachedInput = 0, cacheWriteInput = 0 }: Usage) => {
  const factor = input > 300 ? 2 : 1;
  const plain = input - cachedInput - cacheWriteInput;
  return factor * (plain * 1.25e-6 + cachedInput * 1.25e-7 + cacheWriteInput * 1.5e-6) +
    output * 1e-5;
};

/** Plays a conversation in which all that can go wrong does, sometimes. */
export async function playRandomTalk(seed: number, perReading = 0): Promise<RandomTalk> {
  const random = seededRandom(seed);
  const clock = new SimClock();
  const talk = new Talk(random, clock);
  // The clock of a machine goes on between two readings.
  let read = 0;
  const profiler = new Profiler({ now: () => clock.now() + perReading * read++, cost: costOf });
  const child = talk.createAgent("helper", profiler, []);
  const asTool = child.asTool({ name: "helper", description: "Ask a colleague" });
  const agent = talk.createAgent("desk", profiler, random() < 0.5 ? [asTool] : []);
  const store = random() < 0.4 ? slowStore(memoryStore(), clock, random) : undefined;
  const open = () =>
    store === undefined
      ? agent.createSession({ keepChildren: true })
      : agent.openSession("talk", { store });
  let session = await clock.drive(Promise.resolve(open()));
  let [wall, failures] = [0, 0];
  const turns = 1 + randomBelow(5, random);
  for (let turn = 0; turn < turns && session.status !== "ended"; turn++) {
    const begin = clock.now();
    let end: number | undefined;
    try {
      const isStreamed = random() < 0.4;
      const signal = random() < 0.25 ? abortAfter(clock, randomBelow(40, random)) : undefined;
      const options = signal && { signal };
      const approval = session.approvals[0]?.callKey;
      const command = approval !== undefined
        ? random() < 0.5 ? { approve: approval } : { deny: approval, reason: "no" }
        : session.status === "interrupted" || session.status === "limited"
        ? { resume: true } as const
        : `Input ${turn}`;
      if (!isStreamed) await clock.drive(session.next(command, options));
      else {
        const read = async () => {
          const children = random() < 0.5;
          let left = random() < 0.2 ? 5 : Infinity;
          const stream = session.stream(command, { ...options, children });
          const onEnd = () => void (end ??= clock.now());
          for await (const _ of stream) {
            // An abort ends a turn also while its reader is busy.
            stream.turn.then(onEnd, onEnd);
            if (random() < 0.3) await clock.wait(randomBelow(5, random));
            if (left-- === 0) break;
          }
        };
        await clock.drive(read());
      }
    } catch {
      failures++;
    }
    wall += (end ?? clock.now()) - begin;
    if (store !== undefined && random() < 0.2) session = await clock.drive(Promise.resolve(open()));
  }
  const events = await clock.drive(Array.fromAsync(session.events()));
  return { profile: profiler.profile(), wall, events, failures, ...talk.sums };
}

/** The parts of a conversation that take time. */
class Talk {
  #tokens = 0;
  #cost = 0;

  constructor(readonly random: Random, readonly clock: SimClock) {}

  get sums(): { readonly tokens: number; readonly cost: number } {
    return { tokens: this.#tokens, cost: this.#cost };
  }

  createAgent(name: string, profiler: Profiler, tools: readonly unknown[]): Agent {
    const { random, clock } = this;
    const spend = (most: number) => clock.spend(randomBelow(most + 1, random));
    const count = {
      beginTurn: () => ({ onEvent: (event: SessionEvent) => this.#count(event) }),
    };
    const own = this.#createTools();
    return new Agent({
      name,
      llm: this.#createModel(),
      // The last one sees what the profiler sees, and nothing of its time.
      observers: [profiler, count],
      cost: costOf,
      onWarning: () => {},
      maxErrors: 2,
      maxIterations: 5,
      // Time that passes between the works of a turn.
      clock: () => {
        spend(1);
        return clock.now();
      },
      limits: random() < 0.2 ? { turn: { tokens: 2_000 } } : {},
      start: "a",
      steps: {
        a: {
          description: () => {
            spend(1);
            return "The first step";
          },
          tools: [...own, ...tools] as never,
          routes: {
            b: {
              when: "they want to",
              guard: () => {
                spend(2);
                return random() < 0.8;
              },
            },
          },
        },
        b: {
          description: "The second step",
          tools: own as never,
          routes: { a: "back" },
          end: true,
        },
      },
    });
  }

  #count(event: SessionEvent): void {
    if (event.type === "tool_finished" || !("usage" in event) || "callKey" in event) return;
    const { input = 0, output = 0 } = event.usage ?? {};
    this.#tokens += input + output;
    this.#cost += Math.round((event.cost ?? 0) * 1e12);
  }

  #createTools() {
    const { random, clock } = this;
    const args = v.object({ n: v.number() });
    const wait = () => clock.wait(randomBelow(30, random));
    return [
      new Tool({ name: "quick", description: "Quick", args, run: ({ n }) => `result ${n}` }),
      new Tool({
        name: "slow",
        description: "Slow",
        args,
        run: async ({ n }) => {
          await wait();
          if (n === 0) throw new Error("it failed");
          return { n };
        },
      }),
      new Tool({
        name: "hanging",
        description: "Never ends",
        args,
        timeout: 1,
        run: () => new Promise(() => {}),
      }),
      new Tool({
        name: "progress",
        description: "Tells how far it is",
        args,
        run: async function* () {
          for (let step = 0; step < 3; step++) {
            await wait();
            yield step;
          }
          return "done";
        },
      }),
      new Tool({
        name: "asks",
        description: "Asks a person",
        args,
        needsApproval: () => {
          clock.spend(1);
          return random() < 0.5;
        },
        run: async () => {
          await wait();
          return "allowed";
        },
      }),
    ];
  }

  #createModel(): LLM {
    const decide = async (request: LLMRequest): Promise<LLMResult> => {
      await this.clock.wait(randomBelow(50, this.random));
      return this.#answer(request);
    };
    if (this.random() < 0.4) return { name: "whole", decide };
    return { name: "streaming", decide, stream: (request) => this.#stream(request) };
  }

  async *#stream(request: LLMRequest): AsyncGenerator<LLMChunk> {
    const { clock, random } = this;
    await clock.wait(randomBelow(50, random));
    const result = this.#answer(request);
    const text = JSON.stringify(result.output);
    if (random() < 0.1) {
      yield { type: "text", text: text.slice(0, 10) };
      await clock.wait(randomBelow(20, random));
      yield { type: "restart" };
      await clock.wait(randomBelow(20, random));
    }
    for (let at = 0; at < text.length; at += 30) {
      yield { type: "text", text: text.slice(at, at + 30) };
      await clock.wait(randomBelow(4, random));
    }
    if (random() < 0.03) return;
    yield { type: "result", result };
  }

  #answer(request: LLMRequest): LLMResult {
    const { random } = this;
    if (random() < 0.04) throw new LLMError("The model failed");
    const usage = this.#pickUsage();
    return { output: this.#pickOutput(request), ...(usage && { usage }) };
  }

  #pickUsage(): Usage | undefined {
    const { random } = this;
    if (random() < 0.1) return undefined;
    const input = randomBelow(2_000, random);
    const cachedInput = random() < 0.5 ? randomBelow(input + 1, random) : 0;
    const cacheWriteInput = random() < 0.3 ? randomBelow(input - cachedInput + 1, random) : 0;
    const output = randomBelow(300, random);
    const reasoning = random() < 0.3 ? randomBelow(output + 1, random) : 0;
    return { input, output, cachedInput, cacheWriteInput, reasoning };
  }

  #pickOutput({ legal }: LLMRequest): unknown {
    const { random } = this;
    const reasoning = ["because"];
    if (random() < 0.12) return { reasoning, decision: { action: "DANCE" } };
    switch (pick(legal!.actions, random)) {
      case "TOOL_CALL": {
        const calls = Array.from({ length: 1 + randomBelow(3, random) }, () => {
          const tool = pick(legal!.tools, random)!;
          const args = tool === "helper" ? { input: "Help me" } : { n: randomBelow(3, random) };
          return { tool, args };
        });
        return { reasoning, decision: { action: "TOOL_CALL", calls } };
      }
      case "MOVE":
        return { reasoning, decision: { action: "MOVE", step: pick(legal!.routes, random) } };
      case "END":
        return { reasoning, decision: { action: "END" } };
      default:
        return { reasoning, decision: { action: "RESPOND", response: "Hello" } };
    }
  }
}

function abortAfter(clock: SimClock, milliseconds: number): AbortSignal {
  const controller = new AbortController();
  clock.setTimer(milliseconds, () => controller.abort());
  return controller.signal;
}

/** Returns a store whose calls take time. */
function slowStore(store: Store, clock: SimClock, random: Random): Store {
  const slow = new Set(["claim", "append", "release", "createChild", "entries", "read"]);
  return new Proxy(store, {
    get: (target, name: keyof Store & string) => {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      const method = value.bind(target) as (...args: unknown[]) => Promise<unknown>;
      if (!slow.has(name)) return method;
      return async (...args: unknown[]) => {
        await clock.wait(randomBelow(4, random));
        return await method(...args);
      };
    },
  });
}
