import { type GuardContext, Tool } from "@nomos/agent";
import * as v from "valibot";

/** The orders of the shop. In a real one, a database. */
const ORDERS = new Map([
  ["A1", { book: "Emma", cents: 1200, status: "delivered" }],
  ["A2", { book: "Dune", cents: 9900, status: "on its way" }],
]);

/** Refunds above this sum need the approval of a person. */
const LIMIT = 5000;

/** The data of one conversation. */
export const Data = v.object({ order: v.optional(v.string(), "") });

export const findOrder = new Tool({
  name: "find_order",
  description: "Find an order by its number, such as A1",
  args: v.object({ number: v.string() }),
  data: Data,
  run: ({ number }, { setData }) => {
    const order = ORDERS.get(number);
    if (order === undefined) return `There is no order ${number}`;
    setData({ order: number });
    return order;
  },
});

export const refund = new Tool({
  name: "refund",
  description: "Give money back for the order",
  args: v.object({ cents: v.pipe(v.number(), v.integer(), v.minValue(1)) }),
  data: Data,
  needsApproval: ({ cents }) => cents > LIMIT,
  once: true, // never twice, whatever happens
  run: ({ cents }, { data }) => `${cents} cents given back for ${data.order}`,
});

/** A guard: help is offered only if it returns true. */
export function orderIsKnown(
  { data }: GuardContext<v.InferOutput<typeof Data>>,
) {
  return data.order !== "";
}
