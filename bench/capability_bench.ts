/** Turns with data, with a bounded history and with a picture, beside a turn without them. */
import { Agent, type AgentOptions, decide, type ImagePart, MockLLM, Tool } from "@nomos/agent";
import * as v from "valibot";
import { benchGroup } from "./agents.ts";

const Cart = v.object({ cart: v.optional(v.array(v.string()), []) });
const args = v.object({ drink: v.string() });
const plain = new Tool({
  name: "add",
  description: "Put a drink into the cart",
  args,
  run: ({ drink }) => drink,
});
const storing = new Tool({
  name: "add",
  description: "Put a drink into the cart",
  args,
  data: Cart,
  run: ({ drink }, { setData }) => {
    setData({ cart: [drink] });
    return drink;
  },
});

/** Makes an agent whose turns have a call and an answer. */
function makeSeller(tool: unknown, options: Partial<AgentOptions<{ sell: unknown }, never>> = {}) {
  const script = [decide.call("add", { drink: "latte" }), decide.respond("Done")];
  let asked = 0;
  return new Agent<{ sell: unknown }>({
    name: "seller",
    llm: new MockLLM([() => script[asked++ % script.length]!], { whenDone: "repeat" }),
    start: "sell",
    steps: { sell: { description: "Sell drinks", tools: [tool as Tool] } },
    ...options as object,
  });
}

const picture: ImagePart = {
  type: "image",
  mediaType: "image/png",
  data: new Uint8Array(8_000),
};
const without = makeSeller(plain);
const withData = makeSeller(storing, { data: Cart as never });
const bounded = makeSeller(plain, { history: { maxTokens: 100_000 } });

benchGroup("a turn with a call", {
  "none of these": async () => void await without.createSession().next("A latte"),
  "setData()": async () => void await withData.createSession().next("A latte"),
  "a bounded history that is not full": async () =>
    void await bounded.createSession().next("A latte"),
  "a picture of 8 kB": async () => {
    await without.createSession().next([{ type: "text", text: "This one" }, picture]);
  },
});
