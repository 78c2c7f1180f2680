import { toJsonSchema } from "@valibot/to-json-schema";
import * as v from "valibot";
import { DecisionSchema } from "../src/decision/decision_schema.ts";
import { findSchema, SchemaCache } from "../src/schema/schema_cache.ts";
import { openaiStrict } from "../src/schema/schema_profile.ts";
import { WireSchema } from "../src/schema/wire_schema.ts";
import { argsSchema, makeTools, shapeWith } from "./agents.ts";
import { bareSchema } from "./bare_valibot.ts";

for (const count of [1, 10, 50]) {
  const tools = makeTools(count);
  const shape = shapeWith(tools);
  const names = tools.map(({ name }) => name);

  const cold = { group: `a schema, cold, ${count} tools` };
  Deno.bench(`cold, ${count} tools: bare valibot and its converter`, {
    ...cold,
    baseline: true,
  }, () => void toJsonSchema(bareSchema(names, argsSchema)));
  Deno.bench(`cold, ${count} tools`, cold, () => void new DecisionSchema(shape, true));

  const warm = { group: `a schema, warm, ${count} tools` };
  const map = new Map([["", shape]]);
  Deno.bench(`warm, ${count} tools: a bare Map`, { ...warm, baseline: true }, () => {
    map.get("");
  });
  const cache = new SchemaCache();
  const held = new Map();
  Deno.bench(`warm, ${count} tools`, warm, () => {
    findSchema(cache, held, "", () => shape);
  });

  const fresh = { group: `a schema, tools made anew, ${count} tools` };
  Deno.bench(`tools anew, ${count} tools: bare valibot's part of making them`, {
    ...fresh,
    baseline: true,
  }, () => {
    for (let made = 0; made < count; made++) argsSchema();
  });
  Deno.bench(`tools anew, ${count} tools`, fresh, () => {
    findSchema(cache, new Map(), "", () => shapeWith(makeTools(count)));
  });
}

const order = v.object({
  customer: v.object({ name: v.string(), email: v.optional(v.pipe(v.string(), v.email())) }),
  lines: v.pipe(
    v.array(v.object({
      drink: v.picklist(["espresso", "latte", "tea"]),
      count: v.pipe(v.number(), v.integer(), v.minValue(1)),
      extras: v.optional(v.array(v.string())),
    })),
    v.minLength(1),
  ),
  paid: v.variant("by", [
    v.object({ by: v.literal("card"), number: v.pipe(v.string(), v.regex(/^\d{16}$/)) }),
    v.object({ by: v.literal("cash") }),
  ]),
});
const wire = WireSchema.of(order, "an order");

Deno.bench("bare converter", { group: "lowering an order", baseline: true }, () => {
  toJsonSchema(order);
});
Deno.bench("converted and lowered", { group: "lowering an order" }, () => {
  wire.lowered(openaiStrict, "an order", true);
});
