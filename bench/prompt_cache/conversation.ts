/**
 * Conversation of 30 turns through six steps, with generated texts. A cache depends only on the
 * lengths and the order of texts, which are typical.
 *
 * @module
 */
import {
  Agent,
  decide,
  type Decision,
  type HistoryOptions,
  type LLMRequest,
  type Message,
  MockLLM,
  raw,
  Tool,
  type Turn,
} from "@nomos/agent";
import * as v from "valibot";
import { randomBelow, seededRandom } from "../../src/random.ts";

/** Request of the conversation. */
export interface PlayedRequest {
  /** Number of its turn, from 1. */
  readonly turn: number;
  /** Step in which it was made; `"summary"` if it asked for a summary. */
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

function makeAgent(llm: MockLLM, history: HistoryOptions | undefined): Agent {
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
    ...(history && { history }),
  });
}

/** Returns the step in which a turn ends. After the last of them, they go on with the second. */
function stepOf(index: number): string {
  return TURNS[index === 0 ? 0 : 1 + (index - 1) % (TURNS.length - 1)]!;
}

/** Makes the decisions of a turn: a move to another step, a call if it has tools, and an answer. */
function makeDecisions(index: number, isLast: boolean): Decision[] {
  const step = stepOf(index);
  const { tools } = STEPS[step]!;
  const because = (seed: number) => ({ reasoning: makeText(9, 1_000 + 3 * index + seed) });
  const decisions: Decision[] = [];
  if (index > 0 && stepOf(index - 1) !== step) decisions.push(decide.move(step, because(0)));
  if (tools.length > 0) {
    const args = { code: "BK-2026", days: 1 + index % 30 };
    decisions.push(decide.call(tools[index % tools.length]!, args, because(1)));
  }
  const response = makeText(28, 2_000 + index);
  decisions.push(isLast ? decide.end(response) : decide.respond(response, because(2)));
  return decisions;
}

/** Number of words of a summary. */
const SUMMARY_WORDS = 200;

/**
 * Plays the conversation, which is the same in every run.
 *
 * @param count Number of turns. @default {30}
 * @param history Bounds of the history. Default: none.
 */
export async function playConversation(
  count: number = TURNS.length,
  history?: HistoryOptions,
): Promise<PlayedConversation> {
  const script = Array.from({ length: count }, (_, index) => {
    return makeDecisions(index, index === count - 1);
  }).flat();
  let summaries = 0;
  const play = ({ legal }: LLMRequest) =>
    legal === undefined
      ? raw({ summary: makeText(SUMMARY_WORDS, 9_000 + summaries++) })
      : script.shift()!;
  const llm = new MockLLM([play], { whenDone: "repeat" });
  const session = makeAgent(llm, history).createSession();
  const turns: Turn[] = [];
  const requests: PlayedRequest[] = [];
  for (let index = 0; index < count; index++) {
    turns.push(await session.next(makeText(13, 3_000 + index)));
    const sent = llm.requests.slice(requests.length);
    for (const { step = "summary", messages, stable, schema } of sent) {
      requests.push({ turn: turns.length, step, messages, stable, schema: JSON.stringify(schema) });
    }
  }
  if (script.length > 0) throw new Error(`${script.length} decisions were not played`);
  return { requests, turns };
}
