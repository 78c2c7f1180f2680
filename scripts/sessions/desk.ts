/**
 * Agent whose sessions are recorded for later releases. Never remove a step, route or tool,
 * because each release must continue the sessions of earlier ones.
 *
 * @module
 */
import {
  Agent,
  type AgentOptions,
  type AnyTool,
  type Example,
  type LLM,
  type Part,
  RedirectError,
  Tool,
} from "@nomos/agent";
import * as v from "valibot";

/** Context of a session at the desk. */
interface Desk {
  /** True if the route out of the step `shut` is open. */
  readonly isOpen?: boolean;
  /** Called when the tool `wait` starts, which never ends. */
  readonly onWait?: () => void;
}

const look = new Tool({
  name: "look",
  description: "Look something up",
  args: v.object({ n: v.number(), deep: v.optional(v.array(v.nullable(v.string()))) }),
  run: ({ n }) => ({ n, found: n > 0 }),
});

const fail = new Tool({
  name: "fail",
  description: "Fail",
  args: v.object({}),
  run: () => {
    throw new Error("broken");
  },
});

const steer = new Tool({
  name: "steer",
  description: "Be steered",
  args: v.object({}),
  run: () => {
    throw new RedirectError("closed", "come back tomorrow");
  },
});

const wait = new Tool({
  name: "wait",
  description: "Wait for ever",
  args: v.object({}),
  run: (_, { context }) => {
    readDesk(context).onWait?.();
    return new Promise(() => {});
  },
});

const pay = new Tool({
  name: "pay",
  description: "Pay somebody",
  args: v.object({ to: v.string(), cents: v.number() }),
  needsApproval: ({ cents }) => cents > 100,
  run: ({ to }) => `paid ${to}`,
});

const send = new Tool({
  name: "send",
  description: "Send a letter",
  args: v.object({ to: v.string() }),
  once: true,
  run: ({ to }) => `sent to ${to}`,
});

const book = new Tool({
  name: "book",
  description: "Book a day",
  // A date is not plain JSON.
  args: v.object({ day: v.pipe(v.string(), v.transform((day) => new Date(day))) }),
  needsApproval: true,
  // In ticks of the clock below.
  expiresAfter: 5,
  run: ({ day }) => `booked ${day.toISOString()}`,
});

/** Data of a visit. */
export const VISIT: v.GenericSchema<unknown, { seen: string[]; name?: string | undefined }> = v
  .object({ seen: v.optional(v.array(v.string()), []), name: v.optional(v.string()) });

const note = new Tool({
  name: "note",
  description: "Note what was seen, and the name of the visitor or that there is none",
  args: v.object({ what: v.string(), name: v.optional(v.string()) }),
  data: VISIT,
  run: ({ what, name }, { setData }) => {
    setData(({ seen }) => ({ seen: [...seen, what], name }));
    return "noted";
  },
});

/** Picture of one byte. */
export const PICTURE: Part = {
  type: "image",
  mediaType: "image/png",
  data: new Uint8Array([0x89]),
};

const draw = new Tool({
  name: "draw",
  description: "Draw a picture",
  args: v.object({}),
  run: () => PICTURE,
});

/** Example that is chosen by similarity. */
const BUY: Example = { context: "I want a hat", decision: "ask which", show: "similar" };

/** Returns the context of a session, empty if it has none. */
function readDesk(context: unknown): Desk {
  return context as Desk | undefined ?? {};
}

/** Returns the id of a step by the id that it had when sessions were recorded. */
type Naming = (step: string) => string;

/** Lists the steps whose ids have changed. */
function listRenamed(naming: Naming, ...steps: string[]): Record<string, string> {
  const renamed = steps.map((step) => [step, naming(step)]);
  return Object.fromEntries(renamed.filter(([former, id]) => former !== id));
}

/** Makes the clerk, an agent that the desk has as a tool. */
function makeClerk(llm: LLM, clock: () => number, naming: Naming): Agent {
  return new Agent({
    name: "clerk",
    llm,
    start: naming("work"),
    clock,
    steps: { [naming("work")]: { description: "Do as the desk says", tools: [look, pay] } },
    renamedSteps: listRenamed(naming, "work"),
  });
}

/** Makes the manager, an agent that the desk has as a tool and that has the clerk as a tool. */
function makeManager(
  llm: LLM,
  clock: () => number,
  clerk: AnyTool,
  naming: Naming,
): Agent {
  return new Agent({
    name: "manager",
    llm,
    start: naming("manage"),
    clock,
    steps: { [naming("manage")]: { description: "Manage", tools: [clerk, pay] } },
    renamedSteps: listRenamed(naming, "manage"),
  });
}

/**
 * Makes the desk, with a model, another one for its clerk, and a clock that counts its calls. With
 * the option `data: VISIT`, it can note data; with `maxExamples`, it has an example.
 *
 * @param naming Ids of the steps of the desk and of its agents. Default: as they were recorded.
 */
export function makeDesk(
  llm: LLM,
  options: Partial<AgentOptions> = {},
  clerkLLM: LLM = llm,
  naming: Naming = (step) => step,
): Agent {
  let time = 0;
  const clock = () => ++time;
  const clerk = makeClerk(clerkLLM, clock, naming)
    .asTool({ name: "clerk", description: "Send a clerk" });
  const manager = makeManager(clerkLLM, clock, clerk, naming)
    .asTool({ name: "manager", description: "Ask the manager" });
  return new Agent({
    name: "desk",
    llm,
    start: naming("talk"),
    maxErrors: 3,
    maxIterations: 6,
    clock,
    ids: () => "recorded",
    steps: {
      [naming("talk")]: {
        description: "Talk with the visitor",
        tools: [
          ...[look, fail, steer, wait, pay, send, book, draw, clerk, manager],
          ...(options.data === undefined ? [] : [note as unknown as AnyTool]),
        ],
        routes: {
          [naming("form")]: "a form is due",
          [naming("search")]: "a search is due",
          [naming("shut")]: "they want in",
        },
        suggestions: true,
        ...(options.maxExamples !== undefined && { examples: [BUY] }),
      },
      [naming("form")]: {
        description: "Fill in the form",
        answer: v.object({ total: v.number(), note: v.optional(v.nullable(v.string())) }),
        routes: { [naming("talk")]: "it is filled in" },
      },
      [naming("search")]: {
        description: "Search",
        auto: true,
        end: false,
        tools: [look],
        routes: { [naming("talk")]: "it is found" },
      },
      [naming("shut")]: {
        description: "Wait at the door",
        auto: true,
        end: false,
        routes: {
          [naming("talk")]: {
            when: "it opens",
            guard: ({ context }) => readDesk(context).isOpen === true,
          },
        },
      },
    },
    renamedSteps: listRenamed(naming, "talk", "form", "search", "shut"),
    ...options,
  });
}
