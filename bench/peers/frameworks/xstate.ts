import { assertEvent, assign, createActor, fromPromise, setup, waitFor } from "xstate";
import type { Peer } from "./peer.ts";
import { cycle, END, makeHistory, makeReplies, START } from "./scenario.ts";

interface Message {
  readonly role: "user" | "assistant" | "tool";
  readonly text: string;
}

/** Input of the user or decision of the model. */
type Event =
  | { readonly type: "user.input"; readonly text: string }
  | { readonly type: "model.respond"; readonly text: string }
  | { readonly type: "model.callTool"; readonly arg0: string }
  | { readonly type: "model.move" };

const machine = setup({
  types: {
    context: {} as { readonly messages: readonly Message[] },
    input: {} as { readonly messages: readonly Message[] },
    events: {} as Event,
  },
  actions: {
    add: assign({
      messages: ({ context }, message: Message) => [...context.messages, message],
    }),
  },
  actors: {
    testTool: fromPromise<string, { readonly arg0: string }>(({ input }) =>
      Promise.resolve(input.arg0)
    ),
  },
}).createMachine({
  id: "peers",
  initial: START,
  context: ({ input }) => ({ messages: input.messages }),
  on: {
    "user.input": {
      actions: { type: "add", params: ({ event }) => ({ role: "user", text: event.text }) },
    },
    "model.respond": {
      actions: { type: "add", params: ({ event }) => ({ role: "assistant", text: event.text }) },
    },
  },
  states: {
    [START]: {
      initial: "ready",
      on: { "model.move": { target: END } },
      states: {
        ready: { on: { "model.callTool": { target: "calling" } } },
        calling: {
          invoke: {
            src: "testTool",
            input: ({ event }) => {
              assertEvent(event, "model.callTool");
              return { arg0: event.arg0 };
            },
            onDone: {
              target: "ready",
              actions: {
                type: "add",
                params: ({ event }) => ({ role: "tool", text: event.output }),
              },
            },
          },
        },
      },
    },
    [END]: {},
  },
});

const nextReply = cycle(makeReplies<Event>({
  answer: (text) => ({ type: "model.respond", text }),
  tool: (args) => ({ type: "model.callTool", ...args }),
  move: () => ({ type: "model.move" }),
}));

/** Floor: a state machine that receives decisions without a model. */
export const peer: Peer = {
  title: "xstate, a machine without a model",
  imports: ["xstate"],
  includes:
    "events, transitions, the messages copied at each one, the tool as an invoked promise actor",
  leavesOut:
    "everything about a model: prompt, schemas, calls, reading and validating what it says",
  converse(messages) {
    const history = makeHistory<Message>(
      messages,
      (text) => ({ role: "user", text }),
      (text) => ({ role: "assistant", text }),
    );
    const actor = createActor(machine, { input: { messages: history } }).start();
    return {
      async turn(text) {
        actor.send({ type: "user.input", text });
        let reply: Event;
        do {
          reply = nextReply();
          actor.send(reply);
          if (reply.type === "model.callTool") {
            await waitFor(actor, (snapshot) => snapshot.matches({ [START]: "ready" }));
          }
        } while (reply.type !== "model.respond");
        return actor.getSnapshot().context.messages.at(-1)!.text;
      },
      rest() {
        const { context, value } = actor.getSnapshot();
        const toolMessage = context.messages.findLast(({ role }) => role === "tool");
        return { toolResult: toolMessage!.text, step: String(value) };
      },
    };
  },
};
