/** Lone surrogates, which strict servers refuse in every later request of a session. */
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { createOpenAI } from "@ai-sdk/openai";
import {
  Agent,
  type AgentOptions,
  decide,
  type LLM,
  RedirectError,
  type Session,
  type State,
  Tool,
} from "@nomos/agent";
import { aiSdk } from "@nomos/agent/ai-sdk";
import { openai } from "@nomos/agent/openai";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import * as v from "valibot";
import { answer, chatServer, type Reply, vectors } from "./chat_server.ts";

const LONE = "cut \ud83d";
const REPLACED = "cut \ufffd";

const PROVIDERS: Readonly<Record<string, (baseURL: string) => LLM>> = {
  "openai()": (baseURL) => openai({ model: "m", baseURL, embeddingModel: "e" }),
  'openai({ output: "tool" })': (baseURL) => openai({ model: "m", baseURL, output: "tool" }),
  'openai({ output: "json_object" })': (baseURL) =>
    openai({ model: "m", baseURL, output: "json_object" }),
  "aiSdk()": (baseURL) => {
    const provider = createOpenAICompatible({
      name: "local",
      baseURL,
      supportsStructuredOutputs: true,
    });
    return aiSdk(provider("m"), {
      embedding: createOpenAI({ baseURL, apiKey: "none" }).embedding("e"),
    });
  },
};

/** A way of a text into a request. */
interface Path {
  /** Decisions of the model before its last one, which answers. */
  readonly decisions?: readonly unknown[];
  readonly step?: Partial<AgentOptions["steps"][string]>;
  readonly options?: Partial<AgentOptions>;
  /** Default: one turn. */
  readonly play?: (session: Session) => Promise<unknown>;
  /** Session to continue. */
  readonly state?: (agent: Agent) => State;
}

function read(run: () => unknown, rest: object = {}): Path {
  const tool = new Tool({ name: "read", description: "Read", args: v.object({}), run, ...rest });
  return { decisions: [decide.call("read")], step: { tools: [tool] } };
}

function makeNote(description: string, text: v.GenericSchema<string> = v.string()): Tool {
  return new Tool({ name: "note", description, args: v.object({ text }), run: () => "noted" });
}

const note = makeNote("Note it");
const approved = read(() => "done", { needsApproval: true });

const PATHS: Readonly<Record<string, Path>> = {
  "a user's text": { play: (session) => session.next(LONE) },
  "a text in a stored log": {
    state: (agent) => {
      const { state } = agent.createSession();
      const event = { seq: 0, time: 0, type: "user", text: LONE } as const;
      return { ...state, events: [event], status: "interrupted" } as State;
    },
    play: (session) => session.resume(),
  },
  "the response of an earlier turn": {
    decisions: [decide.respond(LONE)],
    play: async (session) => [await session.next("Hi"), await session.next("And?")],
  },
  "the arguments of a call": {
    decisions: [decide.call("note", { text: LONE })],
    step: { tools: [note] },
  },
  "a tool's result": read(() => LONE),
  "a value in a tool's result": read(() => ({ text: [LONE] })),
  "a key in a tool's result": read(() => ({ [LONE]: 1 })),
  "an error of a tool": read(() => {
    throw new Error(LONE);
  }),
  "an instruction of a tool": read(() => {
    throw new RedirectError(LONE, LONE);
  }),
  "the reason of a denial": {
    ...approved,
    play: async (session) => {
      const { approvals: [asked] } = await session.next("Hi");
      await session.deny(asked!.callKey, LONE);
    },
  },
  "the reasoning of this turn": {
    decisions: [decide.call("note", { text: "" }, { reasoning: [LONE] })],
    step: { tools: [note] },
  },
  "a refused output": { decisions: [LONE, { decision: { action: LONE } }] },
  "the system text": { options: { system: LONE } },
  "the agent's persona": { options: { persona: LONE } },
  "a step's persona": { step: { persona: LONE } },
  "a step's description": { step: { description: LONE } },
  "a route": { step: { routes: { talk: LONE } } },
  "the end": { step: { end: LONE } },
  "a tool's description": { step: { tools: [makeNote(LONE)] } },
  "the description of an argument": {
    step: { tools: [makeNote("Note it", v.pipe(v.string(), v.description(LONE)))] },
  },
  "an example": {
    step: { examples: [{ context: LONE, decision: decide.respond(LONE) }] },
  },
};

/** Lists the strings and keys of a value, and of an object that is a line of a string. */
function* stringsOf(value: unknown): Generator<string> {
  if (typeof value === "string") {
    yield value;
    const json = value.match(/^(?:- .* -> )?(\{.*\})$/m)?.[1] ?? "";
    try {
      yield* stringsOf(JSON.parse(json));
    } catch {
      // Not JSON.
    }
  } else if (typeof value === "object" && value !== null) {
    for (const [key, inner] of Object.entries(value)) {
      yield key;
      yield* stringsOf(inner);
    }
  }
}

for (const [name, make] of Object.entries(PROVIDERS)) {
  for (const [path, { decisions = [], step, options, play, state }] of Object.entries(PATHS)) {
    Deno.test(`${name} replaces a lone surrogate in ${path}`, async () => {
      const replies: Reply[] = [...decisions, decide.respond("ok")].map((decision) => {
        if (typeof decision !== "object" || "decision" in decision!) return answer(decision);
        const { reasoning, ...rest } = decision as Readonly<Record<string, unknown>>;
        return answer({ reasoning, decision: rest });
      });
      await using server = await chatServer(replies);
      const agent = new Agent({
        name: "talker",
        llm: make(server.url),
        start: "talk",
        steps: { talk: { description: "Talk", ...step } },
        ...options,
      });
      const session = agent.createSession(state === undefined ? {} : { state: state(agent) });
      await (play?.(session) ?? session.next("Hi"));
      assertEquals(server.requests.length, replies.length);
      const last = JSON.stringify(server.requests.at(-1)!.body);
      assertStringIncludes(last, "\ufffd");
      for (const { body } of server.requests) {
        for (const text of stringsOf(body)) assert(text.isWellFormed(), JSON.stringify(text));
      }
    });
  }
}

for (const name of ["openai()", "aiSdk()"] as const) {
  Deno.test(`${name} replaces a lone surrogate in an embedded text`, async () => {
    await using server = await chatServer([vectors]);
    await PROVIDERS[name]!(server.url).embed!([LONE, "whole 😀"]);
    assertEquals(server.requests[0]!.body.input, [REPLACED, "whole 😀"]);
  });
}
