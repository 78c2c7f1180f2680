/**
 * Conversation of 30 turns through six steps, with generated texts. A cache depends only on the
 * lengths and the order of texts, which are typical.
 *
 * @module
 */
import { Agent, decide, type Decision, type Message, MockLLM, Tool, type Turn } from "@nomos/agent";
import * as v from "valibot";
import { randomBelow, seededRandom } from "../../src/random.ts";

/** Request of the conversation. */
export interface PlayedRequest {
  /** Number of its turn, from 1. */
  readonly turn: number;
  /** Step in which it was made. */
  readonly step: string;
  /** Messages: system text, history and the current step. */
  readonly messages: readonly Message[];
  /** Number of leading messages that the next request repeats. */
  readonly stable: number;
  /** Schema of the answer, as JSON text. */
  readonly schema: string;
}

/** Requests and turns of the conversation, in order. */
interface PlayedConversation {
  readonly requests: readonly PlayedRequest[];
  readonly turns: readonly Turn[];
}

/** Tools and routes by step. */
const STEPS: Readonly<Record<string, { tools: readonly string[]; routes: readonly string[] }>> = {
  greet: { tools: [], routes: ["choose", "support"] },
  choose: { tools: ["list_bikes", "check_bike", "quote_price"], routes: ["book", "support"] },
  book: { tools: ["check_bike", "make_booking", "quote_price"], routes: ["pay", "choose"] },
  pay: { tools: ["take_payment", "find_booking"], routes: ["farewell", "choose", "support"] },
  support: { tools: ["find_booking", "look_up_rules"], routes: ["pay", "choose", "farewell"] },
  farewell: { tools: [], routes: ["choose", "support"] },
};

/** Step in which each turn ends. A turn begins with a move if the step is a new one. */
const TURNS = `greet choose choose choose choose book book pay support pay
  choose choose book pay support support pay farewell support choose
  book choose book book pay support farewell choose support farewell`.split(/\s+/);

const WORDS = `a the with for bicycle day station frame brake gear basket price booking deposit
  insurance helmet morning return rider luggage height battery child route valley hotel please
  which works before after under between every another ready`.split(/\s+/);

/** Makes a text of words that depends only on the seed. */
function makeText(words: number, seed: number): string {
  const random = seededRandom(seed);
  const chosen = Array.from({ length: words }, () => WORDS[randomBelow(WORDS.length, random)]);
  return `${chosen.join(" ")}.`;
}

function makeTool(name: string, seed: number): Tool {
  return new Tool({
    name,
    description: makeText(12, seed),
    args: v.object({
      code: v.pipe(v.string(), v.regex(/^[A-Z]{2}-\d{4}$/)),
      days: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(30)),
      kind: v.optional(v.picklist(["city", "touring", "electric", "cargo"])),
      note: v.optional(v.string()),
    }),
    run: ({ code, days }) => ({ code, days, about: makeText(45, days) }),
  });
}

function makeAgent(llm: MockLLM): Agent {
  const names = [...new Set(Object.values(STEPS).flatMap(({ tools }) => tools))];
  const toolOf = new Map(names.map((name, index) => [name, makeTool(name, index)]));
  const steps = Object.entries(STEPS).map(([name, { tools, routes }], index) => {
    const routeTexts = routes.map((route, place) => [route, makeText(10, 50 + 5 * index + place)]);
    return [name, {
      description: makeText(30, 100 + index),
      tools: tools.map((tool) => toolOf.get(tool)!),
      routes: Object.fromEntries(routeTexts),
      ...(name === "farewell" && { end: makeText(8, 0) }),
    }] as const;
  });
  return new Agent({
    name: "hire",
    llm,
    start: "greet",
    clock: () => 1_780_000_000_000,
    ids: () => "session",
    persona: makeText(70, 1),
    steps: Object.fromEntries(steps),
  });
}

/** Makes the decisions of a turn: a move to another step, a call if it has tools, and an answer. */
function makeDecisions(index: number): Decision[] {
  const step = TURNS[index]!;
  const { tools } = STEPS[step]!;
  const because = (seed: number) => ({ reasoning: makeText(9, 1_000 + 3 * index + seed) });
  const decisions: Decision[] = [];
  if (index > 0 && TURNS[index - 1] !== step) decisions.push(decide.move(step, because(0)));
  if (tools.length > 0) {
    const args = { code: "BK-2026", days: 1 + index % 30 };
    decisions.push(decide.call(tools[index % tools.length]!, args, because(1)));
  }
  const response = makeText(28, 2_000 + index);
  const isLast = index === TURNS.length - 1;
  decisions.push(isLast ? decide.end(response) : decide.respond(response, because(2)));
  return decisions;
}

/** Plays the conversation, which is the same in every run. */
export async function playConversation(): Promise<PlayedConversation> {
  const llm = new MockLLM(TURNS.flatMap((_, index) => makeDecisions(index)));
  const session = makeAgent(llm).createSession();
  const turns: Turn[] = [];
  const requests: PlayedRequest[] = [];
  for (let index = 0; index < TURNS.length; index++) {
    turns.push(await session.next(makeText(13, 3_000 + index)));
    for (const { step = "", messages, stable, schema } of llm.requests.slice(requests.length)) {
      requests.push({ turn: turns.length, step, messages, stable, schema: JSON.stringify(schema) });
    }
  }
  llm.assertDone();
  return { requests, turns };
}
