/**
 * A shop in a file, which two processes run one after the other: the first fills the cart, the second
 * prints it and the open routes.
 *
 * @module
 */
import { Agent, decide, MockLLM, Tool } from "@nomos/agent";
import { openStore } from "@nomos/agent/store";
import * as v from "valibot";

const [address, process] = Deno.args;
const Cart = v.object({ cart: v.optional(v.array(v.string()), []) });
const add = new Tool({
  name: "add",
  description: "Put something into the cart",
  args: v.object({ item: v.string() }),
  data: Cart,
  run: ({ item }, { setData }) => {
    setData(({ cart }) => ({ cart: [...cart, item] }));
    return `${item} is in the cart`;
  },
});
const llm = new MockLLM(
  process === "1"
    ? [decide.call("add", { item: "tea" }), decide.respond("More?")]
    : [decide.respond("Well?")],
);
const shop = new Agent({
  name: "shop",
  llm,
  data: Cart,
  start: "browse",
  steps: {
    browse: {
      description: "Help them",
      tools: [add],
      routes: { pay: { when: "they are done", guard: ({ data }) => data.cart.length > 0 } },
    },
    pay: { description: "Take the money" },
  },
});
const store = await openStore(address!);
const session = await shop.openSession("ann", { store });
await session.next(process === "1" ? "Tea" : "I am done");
console.log(JSON.stringify([session.data, llm.requests.at(-1)!.legal!.routes]));
if (process === "1") Deno.kill(Deno.pid, "SIGKILL");
await store.close();
