/** The types of a tool do not depend on the order in which its options are written. */
import { assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { inTemporaryFolder } from "../../scripts/child.ts";

const ROOT = new URL("../../", import.meta.url);
const CONFIG = `--config=${fileURLToPath(new URL("deno.json", ROOT))}`;

const LIBRARIES = {
  valibot: 'v.object({ drink: v.picklist(["latte", "mocha"]), count: v.optional(v.number(), 1) })',
  zod: 'z.object({ drink: z.enum(["latte", "mocha"]), count: z.number().default(1) })',
  arktype: `type({ drink: "'latte' | 'mocha'", count: "number = 1" })`,
};

/** Options with functions whose parameters are used without annotations. */
const OPTIONS = [
  "data",
  "guard: ({ data, context }) => { is<Equal<typeof data.cart, string[]>>();" +
  " is<Equal<typeof context, Shop>>(); return context.open; }",
  "needsApproval: ({ drink, count }, { data, context }) => {" +
  ' is<Equal<typeof drink, "latte" | "mocha">>();' +
  " is<Equal<typeof count, number>>();" +
  " is<Equal<typeof data.cart, string[]>>();" +
  " is<Equal<typeof context, Shop>>();" +
  " return count > 1; }",
  "run: ({ drink, count }, { data, context, callKey, setData }) => {" +
  ' is<Equal<typeof drink, "latte" | "mocha">>();' +
  " is<Equal<typeof count, number>>();" +
  " is<Equal<typeof data.cart, string[]>>();" +
  " is<Equal<typeof context, Shop>>();" +
  " setData({ cart: [drink] });" +
  " setData(({ cart }) => ({ cart: [...cart, drink] }));" +
  " return [drink, count, context.open, callKey]; }",
];

function orders<Item>(items: readonly Item[]): Item[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item) =>
    orders(items.filter((other) => other !== item)).map((rest) => [item, ...rest])
  );
}

Deno.test("Tool, infers the same types in all 120 orders of five options, and wherever the sixth stands", async () => {
  const libraries = Object.values(LIBRARIES);
  const tools = orders(["args", ...OPTIONS]).map((options, index) => {
    const keys = options.map((option) =>
      option === "args" ? `args: ${libraries[index % libraries.length]}` : option
    );
    keys.splice(index % 6, 0, "context");
    return `new Tool({ ${["name, description", ...keys].join(", ")} });`;
  });
  assertEquals(tools.length, 120);
  const program = `import { type GuardContext, Tool, type ToolContext } from ${
    JSON.stringify(new URL("mod.ts", ROOT).href)
  };
import { type } from "arktype";
import * as v from "valibot";
import { z } from "zod";
type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true
  : false;
function is<Holds extends true>(..._: Holds[]): void {}
interface Shop { readonly open: boolean }
const data = v.object({ cart: v.optional(v.array(v.string()), []) });
const context = v.custom<Shop>((value) => typeof value === "object");
const [name, description] = ["order", "Order"];
${tools.join("\n")}
// Without a schema, annotations type the context.
new Tool({ name, description, args: ${LIBRARIES.valibot},
  guard: ({ context }: GuardContext<unknown, Shop>) => context.open,
  needsApproval: ({ count }, { context }) => { is<Equal<typeof context, Shop>>(); return count > 1; },
  run: ({ drink }, { context }: ToolContext<unknown, Shop>) => [drink, context.open],
});
new Tool({ name, description, args: ${LIBRARIES.zod},
  run: ({ drink }, { context }: ToolContext<unknown, Shop>) => [drink, context.open],
  guard: ({ context }) => { is<Equal<typeof context, Shop>>(); return context.open; },
});
new Tool({ name, description, data, args: v.object({}),
  // @ts-expect-error the data have no such key
  run: (_, { setData }) => setData({ crat: [] }),
});
new Tool({ name, description, data, args: v.object({}),
  // @ts-expect-error a value of another type
  run: (_, { setData }) => setData(() => ({ cart: [1] })),
});
// @ts-expect-error the data have no such key, so their type is not any
new Tool({ guard: ({ data }) => data.open, run: () => 1, data, name, description, args: v.object({}) });
// @ts-expect-error the context has no such field, so its type is not any
new Tool({ guard: ({ context }) => context.closed, run: () => 1, context, name, description, args: v.object({}) });
`;
  await inTemporaryFolder(async (folder) => {
    const path = new URL("orders.ts", folder);
    await Deno.writeTextFile(path, program);
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["check", "--quiet", CONFIG, fileURLToPath(path)],
      env: { NO_COLOR: "1" },
    }).output();
    assertEquals(new TextDecoder().decode(stderr), "");
    assertEquals(success, true);
  });
});
