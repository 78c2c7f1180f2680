/** Tools of the agent file beside this module. */
import { type AnyTool, type GuardContext, Tool, type ToolContext } from "@nomos/agent";
import * as v from "valibot";

/** A tool that describes itself. */
export const menu: AnyTool = new Tool({
  name: "get_menu",
  description: "The drinks on sale and their prices in cents",
  args: v.object({}),
  run: () => ({ espresso: 250, latte: 350 }),
});

/** The data of a session, as the file declares them. */
interface Data {
  readonly drinks: readonly string[];
}

/** Functions that the file describes. */
export const add_drink = (
  { drink, size }: { drink: string; size: string },
  { setData }: ToolContext<Data>,
): string => {
  setData(({ drinks }) => ({ drinks: [...drinks, `${size} ${drink}`] }));
  return `A ${size} ${drink} is in the order`;
};
export const refund = ({ cents }: { cents: number }): string => `${cents} cents given back`;

/** A condition of approval: large sums need a person. */
export const isLarge = ({ cents }: { cents: number }): boolean => cents > 1000;

/** A guard: the route is offered only if it returns true. */
export const hasDrinks = ({ data }: GuardContext<Data>): boolean => data.drinks.length > 0;
