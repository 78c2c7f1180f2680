import { assert, assertEquals } from "@std/assert";

const CONFIG = new URL("../../deno.json", import.meta.url).pathname;

/** Runs a program with these permissions only, and returns its output. */
async function run(program: string, flags: readonly string[], env: Record<string, string> = {}) {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", `--config=${CONFIG}`, ...flags, program],
    env: { ...env, NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  const text = decoder.decode(stderr);
  assert(success, text);
  return { stdout: decoder.decode(stdout), stderr: text };
}

/** Parses the spans that Deno's console exporter printed. Each has the names of its ancestors; sorted. */
function treeOf(printed: string): string[] {
  const spans = new Map<string, { readonly name: string; readonly parent: string | undefined }>();
  const pattern = /^SPAN (.+) \[\w+\/(\w+)\] (\w+) .*\n(?: {2}parent: (\w+)\n)?(?: {2}.*\n)*/gm;
  for (const [text, name, id, kind, parent] of printed.matchAll(pattern)) {
    const path = text.match(/url\.path: (.*)/)?.[1];
    spans.set(id!, { name: path === undefined ? name! : `${kind} ${path}`, parent });
  }
  return [...spans.values()].map(({ name, parent }) => {
    const names = [name];
    for (let at = spans.get(parent ?? ""); at !== undefined; at = spans.get(at.parent ?? "")) {
      names.unshift(at.name);
    }
    return names.join(" > ");
  }).sort();
}

Deno.test("otel, writes spans that Deno exports without set-up, with the fetches of models and tools", async () => {
  const program = new URL("traced_program.ts", import.meta.url).href;
  const { stderr } = await run(program, ["--allow-net=127.0.0.1"], {
    OTEL_DENO: "true",
    OTEL_EXPORTER_OTLP_PROTOCOL: "console",
  });
  const [AGENT, CHAT, TOOL] = [
    "invoke_agent barista",
    "invoke_agent barista > chat gpt-5-mini",
    "invoke_agent barista > execute_tool get_menu",
  ];
  assertEquals(treeOf(stderr), [
    AGENT,
    CHAT,
    CHAT,
    `${CHAT} > Client /model`,
    `${CHAT} > Client /model`,
    `${CHAT} > Client /model > Server /model`,
    `${CHAT} > Client /model > Server /model`,
    TOOL,
    `${TOOL} > Client /menu`,
    `${TOOL} > Client /menu > Server /menu`,
  ]);
});

Deno.test("otel, needs no permission", async () => {
  const source = `
    import { Agent, decide, MockLLM } from "@nomos/agent";
    import { otel } from "@nomos/agent/otel";
    const agent = new Agent({
      name: "barista",
      llm: new MockLLM([decide.respond("Hi")]),
      observers: [otel({ content: true })],
      start: "greet",
      steps: { greet: { description: "Greet" } },
    });
    console.log((await agent.createSession().next("Hello")).response);
  `;
  const program = `data:text/typescript,${encodeURIComponent(source)}`;
  assertEquals(await run(program, []), { stdout: "Hi\n", stderr: "" });
});
