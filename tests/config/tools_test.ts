import { type Agent, decide, MockLLM, Tool } from "@nomos/agent";
import {
  ConfigFileError,
  type ConfigProblem,
  loadAgent,
  type LoadOptions,
  parseConfig,
  requiredPermissions,
} from "@nomos/agent/config";
import { localGrammar } from "@nomos/agent/llm";
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import * as v from "valibot";
import { inFolder } from "./fixtures.ts";

/** Loads an agent whose only step has these tools, from a folder with these modules. */
async function withTools(
  names: readonly string[],
  tools: Record<string, unknown>,
  modules: Readonly<Record<string, string>>,
  use: (agent: Agent, llm: MockLLM) => Promise<void>,
  options: LoadOptions & { readonly script?: ConstructorParameters<typeof MockLLM>[0] } = {},
): Promise<void> {
  const { script = [decide.respond("x")], ...others } = options;
  await inFolder(async (folder) => {
    for (const [name, text] of Object.entries(modules)) {
      await Deno.writeTextFile(`${folder}/${name}`, text);
    }
    const steps = [{ id: "a", desc: "A", tools: names }];
    const text = JSON.stringify({ name: "a", start: "a", steps, tools });
    const { llm = new MockLLM(script) } = others as { readonly llm?: MockLLM };
    const agent = await loadAgent({ path: `${folder}/agent.json`, text }, { ...others, llm });
    await use(agent, llm);
  });
}

/** Returns the results of the calls of a turn. */
async function results(agent: Agent): Promise<string[]> {
  const turn = await agent.createSession().next("Hi");
  return turn.toolResults.map(({ text }) => text);
}

const PRICES = `
export const lookUp = (drink, size = "small") => drink + " " + size;
export class Prices { static of = () => 1; }
export const text = "no function";
`;
const DEFS = {
  look_up: {
    desc: "Look up a price",
    args: [{ key: "drink", type: "str" }, { key: "size", type: "str", default: "large" }],
  },
};

Deno.test("loadAgent, calls an export of a relative module with an argument for each parameter", async () => {
  const tools = { ext: [{ tag: "@pkg/./prices.js.lookUp" }], defs: DEFS };
  await withTools(["look_up"], tools, { "prices.js": PRICES }, async (agent) => {
    assertEquals(await results(agent), ["latte large", "mocha small"]);
  }, {
    script: [
      decide.call("look_up", { drink: "latte" }),
      decide.call("look_up", { drink: "mocha", size: "small" }),
      decide.respond("x"),
    ],
  });
});

Deno.test("loadAgent, calls an export of an npm package", async () => {
  const tools = {
    ext: [{ tag: "@pkg/npm:yaml@^2.9.1.stringify", name: "to_yaml" }],
    defs: { to_yaml: { desc: "YAML", args: [{ key: "value", type: "List[int]" }] } },
  };
  await withTools(["to_yaml"], tools, {}, async (agent) => {
    assertEquals(await results(agent), ["- 1\n- 2\n"]);
  }, { script: [decide.call("to_yaml", { value: [1, 2] }), decide.respond("x")] });
});

Deno.test("loadAgent, reports exports of packages that are missing or no functions", async () => {
  const tools = {
    ext: [
      { tag: "@pkg/./prices.js.lookUpp" },
      { tag: "@pkg/./prices.js.text" },
      { tag: "@pkg/./prices.js.lookUp", name: "undescribed" },
      { tag: "@pkg/./gone.js.lookUp", name: "gone" },
    ],
    defs: DEFS,
  };
  const error = await assertRejects(
    () => withTools(["look_upp", "undescribed"], tools, { "prices.js": PRICES }, async () => {}),
    ConfigFileError,
  );
  assertEquals(error.problems.map(({ path, message }) => `${path}: ${message.slice(0, 30)}`), [
    'tools.ext[0].tag: the module "./prices.js" has n',
    "tools.ext[1].tag: the export is neither a functi",
    "tools.ext[2].tag: no definition describes it",
    "tools.ext[3].tag: the module cannot be loaded: M",
  ]);
});

const LANGCHAIN = `
export const search = {
  name: "search",
  description: "Search the web",
  schema: { type: "object", properties: { query: { type: "string" } }, required: ["query"] },
  invoke: async ({ query }, { signal }) => "found " + query + " " + signal.aborted,
};
`;

Deno.test("loadAgent, takes tools of LangChain.js by their shape", async () => {
  const tools = {
    files: ["search.js"],
    defs: { search: { desc: "Find", args: [{ key: "query", desc: "Words" }] } },
  };
  await withTools(["search"], tools, { "search.js": LANGCHAIN }, async (agent, llm) => {
    assertEquals(await results(agent), ["found tea false"]);
    const { messages, schema } = llm.requests[0]!;
    assertStringIncludes(messages.at(-1)!.content, "- search: Find");
    assertStringIncludes(JSON.stringify(schema), '"description":"Words"');
  }, { script: [decide.call("search", { query: "tea" }), decide.respond("x")] });
});

const TEXT_TOOL = `
const schema = { "~standard": { version: 1, vendor: "zod", validate: ({ input }) => ({ value: input }) } };
export const shout = {
  name: "shout",
  description: "Shout",
  schema,
  invoke: async ({ input }) => input.toUpperCase(),
};
`;

Deno.test("loadAgent, takes tools of LangChain.js whose schema turns an object into text", async () => {
  await withTools(["shout"], { files: ["a.js"] }, { "a.js": TEXT_TOOL }, async (agent) => {
    assertEquals(await results(agent), ["TEA"]);
  }, { script: [decide.call("shout", { input: "tea" }), decide.respond("x")] });
});

const PAY = `
import { RedirectError, Tool } from "PACKAGE";
import * as v from "valibot";

export const pay = new Tool({
  name: "pay",
  description: "Pay",
  args: v.object({ cents: v.number() }),
  needsApproval: ({ cents }) => cents > 1000,
  guard: ({ step }) => step === "a",
  timeout: 1000,
  run: ({ cents }) => {
    if (cents < 0) throw new RedirectError("Not below zero", "Ask for the sum");
    return "paid " + cents;
  },
});
`;

/** Copies the package into a folder, so that a module there loads a second copy of it. */
async function copyPackage(folder: string): Promise<void> {
  const root = new URL("../../", import.meta.url);
  const files = [...await list("src/agent/"), ...await list("src/")].filter((path) =>
    !/^src\/(?:profile|testing|store\/|config|otel|prices|provider)/.test(path)
  );
  for (const path of new Set(["mod.ts", ...files])) {
    await Deno.mkdir(`${folder}/${path.replace(/[^/]*$/, "")}`, { recursive: true });
    await Deno.copyFile(new URL(path, root), `${folder}/${path}`);
  }

  async function list(under: string): Promise<string[]> {
    const paths: string[] = [];
    for await (const { name, isDirectory } of Deno.readDir(new URL(under, root))) {
      if (isDirectory) paths.push(...await list(`${under}${name}/`));
      else paths.push(under + name);
    }
    return paths;
  }
}

Deno.test("loadAgent, a tool of another copy of the package keeps its approval, guard and redirects", async () => {
  await inFolder(async (folder) => {
    await copyPackage(`${folder}/copy`);
    const module = PAY.replace("PACKAGE", `file://${folder}/copy/mod.ts`);
    await withTools(["pay"], { files: ["pay.ts"] }, { "pay.ts": module }, async (agent, llm) => {
      const turn = await agent.createSession().next("Hi");
      assertEquals(turn.toolResults.map(({ outcome, text }) => [outcome, text]), [
        ["redirected", "Not below zero\nInstead: Ask for the sum"],
        ["ok", "paid 5"],
      ]);
      assertEquals([turn.status, llm.requests.length], ["needs_approval", 3]);
    }, {
      script: [-1, 5, 5000].map((cents) => decide.call("pay", { cents })),
    });
  });
});

Deno.test("loadAgent, a definition overrides description, timeout and approval of a Tool", async () => {
  const module = PAY.replace("PACKAGE", "@nomos/agent");
  const tools = {
    files: ["pay.ts"],
    defs: {
      pay: {
        desc: "Pay the bill",
        args: [{ key: "cents", desc: "The sum" }],
        approval: false,
        once: true,
      },
    },
  };
  await withTools(["pay"], tools, { "pay.ts": module }, async (agent, llm) => {
    assertEquals(await results(agent), ["paid 5000"]);
    const { messages, schema } = llm.requests[0]!;
    assertStringIncludes(messages.at(-1)!.content, "- pay: Pay the bill");
    assertStringIncludes(JSON.stringify(schema), '"description":"The sum"');
  }, { script: [decide.call("pay", { cents: 5000 }), decide.respond("x")] });
});

Deno.test("loadAgent, tools of the program take precedence over those of the file", async () => {
  const own = new Tool({
    name: "pay",
    description: "Mine",
    args: v.object({ cents: v.number() }),
    run: () => "mine",
  });
  const module = PAY.replace("PACKAGE", "@nomos/agent");
  await withTools(["pay"], { files: ["pay.ts"] }, { "pay.ts": module }, async (agent) => {
    assertEquals(await results(agent), ["mine"]);
  }, { tools: [own], script: [decide.call("pay", { cents: 5000 }), decide.respond("x")] });
  await assertRejects(
    () => withTools([], {}, {}, async () => {}, { tools: [{ name: "x" } as never] }),
    "expected a list of Tools",
  );
});

Deno.test("loadAgent, loads modules and schemas whose names have signs of URLs", async () => {
  for (const sign of ["#", "%", "?", " ", "%20"]) {
    await inFolder(async (folder) => {
      await Deno.writeTextFile(`${folder}/a${sign}.js`, "export const t = () => `found`;");
      await Deno.writeTextFile(`${folder}/a${sign}.json`, '{ "type": "object", "properties": {} }');
      const text = JSON.stringify({
        name: "a",
        start: "a",
        steps: [{ id: "a", desc: "A", tools: ["t", "u"], answer_model: "s" }],
        schemas: { s: `a${sign}.json` },
        tools: {
          files: [`a${sign}.js`],
          ext: [{ tag: `@pkg/./a${sign}.js.t`, name: "u" }],
          defs: { t: { desc: "T" }, u: { desc: "U" } },
        },
      });
      const llm = new MockLLM([decide.call("t"), decide.call("u"), decide.respond("x")]);
      const agent = await loadAgent({ path: `${folder}/agent.json`, text }, { llm });
      assertEquals(await results(agent as Agent), ["found", "found"]);
    });
  }
});

Deno.test("loadAgent, reports malformed URLs of modules and schemas", async () => {
  const files = ["file://[", "https://", "file:%zz"];
  const text = JSON.stringify({
    name: "a",
    start: "a",
    steps: [{ id: "a", desc: "A", answer_model: "s" }],
    schemas: { s: "file://[.json" },
    tools: { files },
  });
  const file = { path: "agent.json", text };
  const { problems } = await assertRejects(
    () => loadAgent(file, { llm: new MockLLM() }),
    ConfigFileError,
  );
  assertEquals(problems.map(({ path }) => path), [
    "schemas.s",
    "tools.files[0]",
    "tools.files[1]",
    "tools.files[2]",
  ]);
  const { import: hosts } = requiredPermissions(parseConfig(file.path, text));
  assertEquals(hosts, undefined);
});

Deno.test("loadAgent, a tool of the program needs the approval that an export of the file decides", async () => {
  const pay = new Tool({
    name: "pay",
    description: "Pay",
    args: v.object({ cents: v.number() }),
    run: () => "paid",
  });
  const tools = { files: ["large.js"], defs: { pay: { approval: "isLarge" } } };
  const modules = { "large.js": "export const isLarge = ({ cents }) => cents > 1000;" };
  await withTools(["pay"], tools, modules, async (agent) => {
    const turn = await agent.createSession().next("Hi");
    assertEquals(turn.status, "needs_approval");
  }, { tools: [pay], script: [decide.call("pay", { cents: 5000 })] });
});

Deno.test("loadAgent, reads lists, default exports and functions of other modules as approval", async () => {
  const modules = {
    "one.js": `
      export default function greet({ name }) { return "Hello " + name; }
      export const tools = [function leave() { return "Bye"; }];`,
    "two.js": "export const always = () => true;",
  };
  const tools = {
    files: ["one.js", "two.js"],
    defs: {
      greet: { desc: "Greet", args: [{ key: "name", type: "str" }] },
      leave: { desc: "Leave", args: [], approval: "always" },
    },
  };
  await withTools(["greet", "leave"], tools, modules, async (agent) => {
    const turn = await agent.createSession().next("Hi");
    assertEquals([turn.toolResults[0]?.text, turn.status], ["Hello Ann", "needs_approval"]);
  }, { script: [decide.call("greet", { name: "Ann" }), decide.call("leave")] });
});

Deno.test("loadAgent, of two tools with one name the first stays, with a warning of a problem", async () => {
  const modules = {
    "one.js": "export const greet = () => 1;",
    "two.js": "export const greet = () => 2;",
  };
  const tools = { files: ["one.js", "two.js", "gone.js"], defs: { greet: { desc: "Greet" } } };
  const error = await assertRejects(
    () => withTools(["greet"], tools, modules, async () => {}),
    ConfigFileError,
  );
  assertEquals(error.warnings.map(({ path }) => path), ["tools.files[1]"]);
});

Deno.test("loadAgent, a tool that cannot be created is a problem of its module", async () => {
  const module =
    'export const bad = { name: "bad name", description: "x", schema: {}, invoke() {} };';
  const error = await assertRejects(
    () => withTools([], { files: ["bad.js"] }, { "bad.js": module }, async () => {}),
    ConfigFileError,
  );
  assertEquals(error.problems.map(({ path }) => path), ["tools.files[0]"]);
});

Deno.test("loadAgent, a missing Python module is one problem, with a stub of all tools that loads", async () => {
  const names = ["take_out", "add-days", "note"];
  const tools = {
    files: ["gone.py", "other.py"],
    defs: {
      "add-days": {
        desc: "Add */ days",
        args: [
          { key: "n", type: "Optional[int]" },
          { key: "kind", type: "Literal['a', '*/']", default: "*/" },
          { key: "more-days", type: "Dict[str, List[Tuple[int, Any]]]" },
        ],
      },
      note: { desc: "Note it", args: [{ key: "text" }, { key: "n", type: "int" }] },
    },
  };
  const error = await assertRejects(
    () => withTools(names, tools, {}, async () => {}),
    ConfigFileError,
  );
  assertEquals(error.problems.map(({ path }) => path), ["tools.files[0]", "tools.files[1]"]);
  const [{ stub }, { stub: second }] = error.problems as readonly [ConfigProblem, ConfigProblem];
  assertEquals(second, undefined);
  assertStringIncludes(error.message, stub!);
  assertStringIncludes(
    stub!,
    'n: number | null; kind: "a" | "*/" /* default: "* /" */; ' +
      '"more-days": Record<string, Array<[number, unknown]>>',
  );
  assertStringIncludes(stub!, "v.object({ text: v.string(), n: v.string() /* number */ })");
  const modules = { "gone.ts": stub!, "other.ts": "" };
  await withTools(names, tools, modules, async (agent, llm) => {
    await agent.createSession().next("Hi");
    assertEquals(llm.requests[0]?.legal?.tools, ["add-days", "note", "take_out"]);
  }, { llm: new MockLLM([decide.respond("x")], { schemaProfile: localGrammar }) });
});

Deno.test("loadAgent, a missing Python module has no stub if a type of its tools is none", async () => {
  const tools = {
    files: ["gone.py"],
    defs: { pay: { desc: "Pay", args: [{ key: "x", type: "flaot" }] } },
  };
  const error = await assertRejects(
    () => withTools(["pay"], tools, {}, async () => {}),
    ConfigFileError,
  );
  assertEquals(error.problems.map(({ stub }) => stub), [undefined, undefined]);
});
