import {
  anthropicStructured,
  geminiStructured,
  localGrammar,
  plainJsonSchema,
} from "@nomos/agent/llm";
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import * as v from "valibot";
import { Agent, GraphError, type LLM, MockLLM, SchemaCache, Tool } from "@nomos/agent";
import type { SchemaProfile } from "@nomos/agent/llm";
import { findExcess } from "../../src/schema/schema_limits.ts";
import { explore } from "@nomos/agent/testing";
import { decisionSchema, type Offered, readNow } from "./fixture.ts";
import { anthropic, gemini, plain, PROFILES } from "./profile_fixture.ts";

const size = v.object({ size: v.optional(v.picklist(["small", "large"])) });

/** Creates an automatic mock model with a profile. */
function model(schemaProfile: SchemaProfile, name = schemaProfile.name): LLM {
  const player = MockLLM.auto();
  return { name, schemaProfile, decide: (request) => player.decide(request) };
}

function closed(properties: object, required: string[] = Object.keys(properties)): object {
  return { type: "object", properties, required, additionalProperties: false };
}

const WHOLE: Offered = {
  respond: true,
  tools: { brew: v.object({}), get_menu: size },
  routes: ["order"],
  end: true,
  reasoning: true,
};

const text = { type: "string" };

/** Returns a whole decision schema; the arguments differ between the profiles. */
function decision(
  constant: (value: string) => object,
  calls: object,
  end: object,
  args: object,
): object {
  const call = (tool: string, args: object) => closed({ tool: constant(tool), args });
  return closed({
    reasoning: { type: "array", items: text, minItems: 1 },
    decision: {
      anyOf: [
        closed({ action: constant("RESPOND"), response: text }),
        closed({
          action: constant("TOOL_CALL"),
          calls: {
            type: "array",
            items: { anyOf: [call("brew", closed({})), call("get_menu", args)] },
            ...calls,
          },
        }),
        closed({ action: constant("MOVE"), step: { type: "string", enum: ["order"] } }),
        end,
      ],
    },
  });
}

Deno.test("A decision schema has the form of each profile", () => {
  const args = closed({ size: { type: "string", enum: ["small", "large"] } }, []);
  const fixed = (value: string) => ({ type: "string", const: value });
  const listed = (value: string) => ({ type: "string", enum: [value] });
  const end = (constant: object) => closed({ action: constant, response: text }, ["action"]);
  const json = (profile: SchemaProfile) =>
    JSON.stringify(decisionSchema({ ...WHOLE, profile }).json);
  const inWords = { minItems: 1, description: "at most 16 items" };
  const length = { minItems: 1, maxItems: 16 };
  assertEquals(
    json(anthropicStructured),
    JSON.stringify(decision(fixed, inWords, end(fixed("END")), args)),
  );
  assertEquals(
    json(geminiStructured),
    JSON.stringify(decision(listed, length, end(listed("END")), args)),
  );
  assertEquals(
    json(plainJsonSchema),
    JSON.stringify(decision(fixed, length, end(fixed("END")), args)),
  );
});

Deno.test("A decision schema is within each profile for every combination of legal actions", () => {
  const answers = [undefined, v.object({ mood: v.optional(v.picklist(["good", "bad"])) })];
  for (const { profile, find } of PROFILES) {
    for (let bits = 1; bits < 64; bits++) {
      for (const answer of answers) {
        const { json, legal } = decisionSchema({
          respond: (bits & 1) > 0,
          routes: (bits & 2) > 0 ? ["a", "b"] : [],
          end: (bits & 4) > 0,
          suggestions: (bits & 8) > 0,
          reasoning: (bits & 16) > 0,
          tools: (bits & 32) > 0 ? { one: size, two: v.object({}) } : {},
          answer,
          profile,
        });
        if (legal.actions.length > 0) assertEquals(find(json), [], JSON.stringify(json));
      }
    }
  }
});

Deno.test("An END with an absent or a null response is read, with every profile", () => {
  for (const { profile } of PROFILES) {
    const schema = decisionSchema({ end: true, profile });
    for (const decision of [{ action: "END" }, { action: "END", response: null }]) {
      const reading = readNow(schema, { decision });
      assertEquals(reading.success && reading.value, { action: "END", reasoning: [] });
    }
  }
});

const getMenu = new Tool({ name: "get_menu", description: "", args: size, run: () => "tea" });

const PROFILED = { anthropicStructured, geminiStructured, localGrammar, plainJsonSchema };
const STARTS = [
  "strict",
  "anthropicStructured",
  "geminiStructured",
  "localGrammar",
  "plainJsonSchema",
] as const;

/** Creates an agent with a step for each profile. */
function agentOf(start: typeof STARTS[number], schemaCache: SchemaCache): Agent {
  const models = Object.entries(PROFILED).map(([id, profile]) => [id, model(profile)]);
  const others = Object.keys(PROFILED).map((id) => {
    return [id, { llm: id, description: "", tools: [getMenu], routes: { strict: "back" } }];
  });
  const routes = Object.fromEntries(others.map(([id]) => [id, "on"]));
  return new Agent({
    name: "a",
    llm: { default: MockLLM.auto(), ...Object.fromEntries(models) },
    schemaCache,
    start,
    steps: {
      strict: { description: "", tools: [getMenu], routes },
      ...Object.fromEntries(others),
    },
  });
}

async function explained(agent: Agent): Promise<string> {
  return JSON.stringify((await agent.explain(agent.createSession())).schema);
}

Deno.test("Steps whose models have different profiles have different schemas", async () => {
  const schemaCache = new SchemaCache();
  const schemas = await Promise.all(STARTS.map((start) => explained(agentOf(start, schemaCache))));
  // The plain and the local form of this schema are equal.
  assertEquals(new Set(schemas).size, 4);
  assertEquals(schemaCache.built, 5);
  const menu = closed({ size: { type: "string", enum: ["small", "large"] } }, []);
  for (const schema of schemas.slice(1)) assertStringIncludes(schema, JSON.stringify(menu));
  assertStringIncludes(schemas[0]!, '{"type":"null"}');
});

const PROGRAM = `
import * as v from "valibot";
import { Agent, MockLLM, Tool } from "@nomos/agent";
import * as profiles from "./src/schema/profiles/vendors.ts";
const args = v.object({ size: v.optional(v.picklist(["small", "large"])) });
const getMenu = new Tool({ name: "get_menu", description: "", args, run: () => "tea" });
for (const schemaProfile of Object.values(profiles)) {
  const llm = { name: "m", schemaProfile, decide: () => Promise.reject() };
  const steps = { talk: { description: "", tools: [getMenu] } };
  const agent = new Agent({ name: "a", llm, start: "talk", steps });
  console.log(JSON.stringify((await agent.explain(agent.createSession())).schema));
}
`;

Deno.test("A profile has the same schema bytes in every process", async () => {
  const print = async () => {
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["eval", "--quiet", "--ext=js", PROGRAM],
      cwd: new URL("../../", import.meta.url),
    }).output();
    const lines = new TextDecoder().decode(stdout).trim().split("\n");
    assertEquals(lines.length, 4, new TextDecoder().decode(stderr));
    return lines;
  };
  const [one, two] = await Promise.all([print(), print()]);
  assertEquals(two, one);
  const tools = { get_menu: size };
  const here = Object.values(PROFILED).map((profile) =>
    JSON.stringify(
      decisionSchema({ respond: true, tools, end: true, reasoning: true, profile }).json,
    )
  );
  assertEquals(one, here);
});

Deno.test("An automatic mock plays an agent with every profile, and explore() visits it", async () => {
  const interval = v.object({ from: v.pipe(v.string(), v.isoTime()), to: v.optional(v.string()) });
  const args = {
    anthropicStructured: v.object({ at: interval, list: v.pipe(v.array(size), v.minLength(2)) }),
    geminiStructured: v.object({
      yes: v.literal(true),
      pair: v.tuple([v.string(), v.number()]),
      prices: v.pipe(v.record(v.string(), v.number()), v.minEntries(2)),
    }),
    localGrammar: v.object({
      any: v.unknown(),
      code: v.pipe(v.string(), v.regex(/^[A-Z]{2}-\d$/)),
      count: v.pipe(v.number(), v.integer(), v.minValue(-3), v.maxValue(3)),
      pair: v.tupleWithRest([v.string()], v.number()),
      prices: v.record(v.string(), v.number()),
    }),
    plainJsonSchema: v.object({
      any: v.unknown(),
      both: v.intersect([size, v.object({ count: v.pipe(v.number(), v.minValue(3)) })]),
      pair: v.tupleWithRest([v.string()], v.number()),
      names: v.record(
        v.pipe(v.string(), v.regex(/^[a-z]{3}$/)),
        v.pipe(v.string(), v.minLength(4)),
      ),
    }),
  };
  for (const [id, profile] of Object.entries(PROFILED)) {
    const calls: unknown[] = [];
    const tool = new Tool({
      name: "t",
      description: "",
      args: args[id as keyof typeof args] as v.GenericSchema,
      run: (given) => calls.push(given),
    });
    const agent = new Agent({
      name: "a",
      llm: model(profile),
      start: "talk",
      steps: {
        talk: { description: "", tools: [tool], routes: { bye: "" } },
        bye: { description: "" },
      },
    });
    const session = agent.createSession();
    for (let turn = 0; turn < 5 && calls.length === 0; turn++) await session.next("Hello");
    assert(calls.length > 0, id);
    const exploration = await explore(agent);
    exploration.assertComplete();
  }
});

const HINT = "If the model accepts more, set its schemaProfile: an option of openai(), aiSdk() " +
  "and MockLLM, a property of any other model";

Deno.test("An agent is refused if a model does not support a tool's schema, with tool, keyword, model and option", () => {
  const args = v.object({ prices: v.record(v.string(), v.number()) });
  const tool = new Tool({ name: "set_prices", description: "", args, run: () => "" });
  const build = (profile: SchemaProfile, name: string) => () =>
    new Agent({
      name: "a",
      llm: model(profile, name),
      start: "talk",
      steps: { talk: { description: "", tools: [tool] } },
    });
  const { problems } = assertThrows(
    build(anthropicStructured, "anthropic/claude-sonnet-5"),
    GraphError,
  );
  assertEquals(problems, [{
    path: "steps.talk",
    message: 'Cannot use the schema of tool "set_prices": "additionalProperties" (a record or ' +
      'open object) at "prices" is not supported by the schema profile anthropic-structured: expected listed properties ' +
      `(for anthropic/claude-sonnet-5). ${HINT}`,
  }]);
  for (const profile of [geminiStructured, localGrammar, plainJsonSchema]) build(profile, "m")();
});

Deno.test("Optional properties above the limit of a step become nullable, and null is read as absent", () => {
  const many = (prefix: string, count: number, property: v.GenericSchema) =>
    v.object(
      Object.fromEntries(Array.from({ length: count }, (_, n) => [`${prefix}${n}`, property])),
    );
  const decision = decisionSchema({
    tools: {
      a: many("a", 20, v.optional(v.string())),
      b: v.object({
        ...many("b", 8, v.optional(v.number())).entries,
        c: v.nullish(v.string()),
        d: v.optional(v.union([v.string(), v.number()])),
      }),
    },
    profile: anthropicStructured,
  });
  assertEquals(findExcess(decision.json, anthropicStructured), undefined);
  assertEquals(anthropic.find(decision.json), []);
  // The properties that are nullable or a union already are the first to become required.
  const text = JSON.stringify(decision.json);
  assertStringIncludes(text, '"c":{"anyOf":[{"type":"string"},{"type":"null"}]}');
  assertStringIncludes(text, '"d":{"anyOf":[{"type":"string"},{"type":"number"},{"type":"null"}]}');
  assertStringIncludes(text, '"a0":{"type":["string","null"]}');
  const args = {
    ...Object.fromEntries(Array.from({ length: 8 }, (_, n) => [`b${n}`, null])),
    c: null,
    d: null,
  };
  const call = (tool: string, args: object) => ({
    decision: { action: "TOOL_CALL", calls: [{ tool, args }] },
  });
  const reading = readNow(decision, JSON.stringify(call("b", args)));
  assert(reading.success);
  assertEquals(reading.args, [{ c: null }]);
});

Deno.test("An agent is refused if a step has too many unions for its model", () => {
  const many = (count: number, property: v.GenericSchema) =>
    v.object(Object.fromEntries(Array.from({ length: count }, (_, n) => [`p${n}`, property])));
  const excess = (args: v.GenericSchema) => {
    const { json } = decisionSchema({
      respond: true,
      tools: { t: args },
      profile: anthropicStructured,
    });
    const found = findExcess(json, anthropicStructured);
    assertEquals(found === undefined, anthropic.find(json).length === 0);
    for (const { profile } of [gemini, plain]) assertEquals(findExcess(json, profile), undefined);
    return found;
  };
  const optional = v.optional(v.string());
  // Besides the arguments: the union of the actions. Each property above 24 adds one.
  for (const count of [24, 25, 39]) assertEquals(excess(many(count, optional)), undefined);
  assertEquals(excess(many(40, optional)), "it has 17 unions: expected at most 16");
  assertEquals(excess(many(15, v.nullable(v.string()))), undefined);
  assertEquals(
    excess(many(16, v.nullable(v.string()))),
    "it has 17 unions: expected at most 16",
  );
  const tool = new Tool({
    name: "t",
    description: "",
    args: v.object({ list: v.array(many(40, optional)) }),
    run: () => "",
  });
  const { problems } = assertThrows(
    () =>
      new Agent({
        name: "a",
        llm: model(anthropicStructured, "anthropic/claude-sonnet-5"),
        start: "talk",
        steps: { talk: { description: "", tools: [tool] } },
      }),
    GraphError,
  );
  assertEquals(problems, [{
    path: "steps.talk",
    message: "the schema of its decisions is too large for anthropic/claude-sonnet-5: it has 18 " +
      `unions: expected at most 16. ${HINT}`,
  }]);
});

Deno.test("A schema profile that is none is refused when the agent is built", () => {
  for (const schemaProfile of ["local", null, {}] as unknown as SchemaProfile[]) {
    assertThrows(
      () =>
        new Agent({
          name: "a",
          llm: model(schemaProfile, "m"),
          start: "s",
          steps: { s: { description: "d" } },
        }),
      GraphError,
      "as a schema profile: expected a SchemaProfile",
    );
  }
});
