import { toJsonSchema } from "@valibot/to-json-schema";
import * as v from "valibot";
import { DecisionForm, findSchema } from "../src/decision/decision_schema.ts";
import { SchemaCache } from "../src/schema/schema_cache.ts";
import { openaiStrict } from "../src/schema/profiles/openai_strict.ts";
import { WireSchema } from "../src/schema/wire_schema.ts";
import { benchGroup, makeArgsSchema, makeShape, makeTools } from "./agents.ts";
import { makeBareSchema } from "./bare_valibot.ts";

for (const count of [1, 10, 50]) {
  const tools = makeTools(count);
  const shape = makeShape(tools);
  const names = tools.map(({ name }) => name);
  const map = new Map([["", shape]]);
  const cache = new SchemaCache();
  const held = new Map();
  benchGroup(`a schema, cold, ${count} tools`, {
    [`cold, ${count} tools: bare valibot and its converter`]: () =>
      void toJsonSchema(makeBareSchema(names, makeArgsSchema)),
    [`cold, ${count} tools`]: () => void new DecisionForm(shape, true),
  });
  benchGroup(`a schema, warm, ${count} tools`, {
    [`warm, ${count} tools: a bare Map`]: () => void map.get(""),
    [`warm, ${count} tools`]: () => void findSchema(cache, held, "", () => shape),
  });
  benchGroup(`a schema, tools made anew, ${count} tools`, {
    [`tools anew, ${count} tools: bare valibot's part of making them`]: () => {
      for (let made = 0; made < count; made++) makeArgsSchema();
    },
    [`tools anew, ${count} tools`]: () =>
      void findSchema(cache, new Map(), "", () => makeShape(makeTools(count))),
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

benchGroup("lowering an order", {
  "bare converter": () => void toJsonSchema(order),
  "converted and lowered": () => void wire.lower(openaiStrict, "an order", true),
});
