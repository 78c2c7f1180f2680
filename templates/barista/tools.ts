import { type GuardContext, Tool } from "@nomos/agent";
import * as v from "valibot";

const PRICES = { espresso: 250, latte: 350, mocha: 400 };

/** The data of one conversation. */
export const Data = v.object({ cart: v.optional(v.array(v.string()), []) });

export const getMenu = new Tool({
  name: "get_menu",
  description: "The drinks on sale and their prices in cents",
  args: v.object({}),
  run: () => PRICES,
});

export const addToCart = new Tool({
  name: "add_to_cart",
  description: "Put a drink into the cart",
  args: v.object({
    drink: v.picklist(["espresso", "latte", "mocha"]),
    size: v.optional(v.picklist(["small", "large"]), "small"),
  }),
  data: Data,
  run: ({ drink, size }, { setData }) => {
    setData(({ cart }) => ({ cart: [...cart, `${size} ${drink}`] }));
    return { added: `${size} ${drink}`, cents: PRICES[drink] };
  },
});

/** A guard: the route to the checkout is offered only if it returns true. */
export function cartHasDrinks(
  { data }: GuardContext<v.InferOutput<typeof Data>>,
) {
  return data.cart.length > 0;
}
