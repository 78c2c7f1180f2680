import { assertEquals, assertStringIncludes } from "@std/assert";
import { openAgent } from "../../src/cli/open_agent.ts";
import { Output } from "../../src/cli/terminal/output.ts";
import { findProject } from "../../src/cli/project.ts";
import { choosePlayer, type ModelContext } from "../../src/cli/run/choose_model.ts";
import { Conversation } from "../../src/cli/run/conversation.ts";
import { Failures } from "../../src/cli/run/failures.ts";
import { StopSignals } from "../../src/cli/run/stop_signals.ts";
import { talk } from "../../src/cli/run/talk.ts";
import type { Reply } from "../../src/cli/run/terminal.ts";
import { TalkView } from "../../src/cli/run/views.ts";
import { openSessionStore } from "../../src/cli/session_store.ts";
import { withFiles } from "./in_process.ts";

const FILES = {
  "agent.yaml": `
name: cafe
llm: { provider: openai, model: gpt-5-mini }
start: order
data:
  drinks: { type: "List[str]", default: [] }
steps:
  - id: order
    desc: Take the order
    tools: [add, refund]
    quick_suggestions: true
    paths: [{ to: pay, when: they are done }]
  - { id: pay, desc: Take the money }
tools:
  files: [tools.ts]
  defs:
    add: { desc: Add a drink, args: [{ key: drink, type: str }] }
    refund: { desc: Give money back, args: [{ key: cents, type: int }], approval: true }
`,
  "tools.ts": `
export const add = ({ drink }: { drink: string }, { setData }: { setData(change: object): void }) => {
  setData({ drinks: [drink] });
  return drink + " \\u001b[5mis in";
};
export const refund = ({ cents }: { cents: number }) => cents + " given back";
`,
  "conversation.yaml": `
- user: A latte
- { call: add, args: { drink: latte } }
- respond: "A latte\\e[2J. What else?"
  suggestions: [That is all]
- user: My money back
- { call: refund, args: { cents: 500 } }
- respond: Here it is
- user: Bye
- move: pay
- end: Goodbye
`,
};

/** Talks to the agent; `lines` are what the user types. Returns what was printed, stdout in brackets. */
async function say(
  lines: readonly (string | Reply["kind"])[],
  { session = "ann", store = "memory:", approve = "ask" }: {
    readonly session?: string;
    readonly store?: string;
    readonly approve?: "ask" | "deny" | "always";
  } = {},
): Promise<{ readonly code: number; readonly printed: string; readonly asked: string[] }> {
  let printed = "";
  class Collected extends Output {
    override readonly isTerminal = true;
    override write(text: string): void {
      printed += text === "\n" || text === "" ? text : `[${text}]`;
    }
    override line(text: string = ""): void {
      printed += text === "" ? "\n" : `[${text}]\n`;
    }
    override prompt(text: string): void {
      printed += text;
    }
    override error(text: string): void {
      printed += `${text}\n`;
    }
  }
  const asked: string[] = [];
  let code = -1;
  await withFiles(FILES, async (folder) => {
    const output = new Collected({ json: false, quiet: false, color: false });
    const project = findProject(`${folder}/agent.yaml`);
    const onNote = (text: string) => output.note(text);
    const model: ModelContext = { mode: "mock", project, isTalk: true, onNote };
    const player = await choosePlayer(model);
    const opened = await openAgent(project, { player: player!.llm, onNote, onWarning: () => {} });
    const opened_store = await openSessionStore(store);
    const view = new TalkView(output, { name: opened.agent.name, isTraced: false });
    const signals = new StopSignals(() => {});
    try {
      const parts = { opened, store: opened_store, view, model, player };
      const conversation = await Conversation.open(parts, session);
      const left = [...lines];
      const terminal = {
        ask: (question: string, begun: string = ""): Promise<Reply> => {
          asked.push(question.trim() + begun);
          const next = left.shift() ?? "end";
          const isKind = next === "end" || next === "interrupt";
          return Promise.resolve(isKind ? { kind: next } : { kind: "line", text: next });
        },
      };
      const failures = new Failures(output, project);
      const isKept = true;
      code = await talk({
        conversation,
        view,
        output,
        signals,
        failures,
        terminal,
        isKept,
        approve,
      });
    } finally {
      signals.close();
      await opened_store.close();
    }
  });
  return { code, printed: printed.replaceAll("][", ""), asked };
}

Deno.test("talk, shows the answer, calls and moves, and a number says a suggestion", async () => {
  const { code, printed } = await say(["1", "2", "n", "1"]);
  assertEquals(code, 0);
  for (
    const part of [
      "  1 A latte   (the script)",
      "     A latte\n",
      '  add(drink: "latte") = latte \\u{1b}[5mis in',
      "cafe: [A latte\\u{1b}[2J. What else?]\n",
      "  1 That is all",
      "  2 My money back   (the script)",
      "  ? refund(cents: 500) needs your approval.",
      "  refund(cents: 500) not allowed:",
      "  → pay",
      "cafe: [Goodbye]\n",
      "The conversation has ended.",
    ]
  ) assertStringIncludes(printed, part);
  assertEquals(printed.includes("\x1b"), false);
});

Deno.test("talk, a person edits the arguments of a call, which are validated", async () => {
  const edits = ["e", "{", "5", '{"cents":"many"}', '{"cents":20}', "/quit"];
  const { printed, asked } = await say(["A latte", "My money back", ...edits]);
  assertStringIncludes(printed, "  refund(cents: 20) = 20 given back");
  assertStringIncludes(printed, "expected an object, as JSON");
  assertStringIncludes(printed, 'cents: Instance type "string" is invalid');
  assertEquals(asked.slice(3), [
    'Arguments:{"cents":500}',
    "Arguments:{",
    "Arguments:5",
    'Arguments:{"cents":"many"}',
    "You:",
  ]);
});

Deno.test("talk, a person says why not, or decides later", async () => {
  const why = await say(["A latte", "My money back", "w", "It is cold", "/quit"]);
  assertStringIncludes(why.printed, "not allowed:");
  assertStringIncludes(why.printed, "It is cold");
  const later = await say(["A latte", "My money back", "/state", "/approve", "/approve", "/quit"]);
  assertStringIncludes(later.printed, "  waits    refund(cents: 500)");
  assertStringIncludes(later.printed, "  refund(cents: 500) = 500 given back");
  assertStringIncludes(later.printed, "No call waits for approval.");
  const denied = await say(["A latte", "My money back", "/deny too much", "/quit"]);
  assertStringIncludes(denied.printed, "too much");
  const alone = await say(["A latte", "My money back"], { approve: "always" });
  assertStringIncludes(alone.printed, "500 given back");
});

Deno.test("talk, goes back to before the last input, in a session of its own", async () => {
  const { printed, asked } = await say(["/back", "A latte", "/back", "Again", "/state", "/quit"]);
  assertStringIncludes(printed, "There is no input to go back to.");
  assertStringIncludes(printed, "before: A latte\n");
  assertEquals(printed.match(/What else/g)?.length, 2);
  const [, id] = /Now in session (\w+), before/.exec(printed)!;
  assertStringIncludes(printed, `Go on with: nomos run --session ${id}`);
  assertStringIncludes(printed, '  data     {"drinks":["latte"]}');
  assertEquals(asked.at(-1), "You:");
});

Deno.test("talk, lists its commands, and says text that begins with a slash", async () => {
  const { printed } = await say(["/stat", "//etc", "/trace", "/trace", "", "/quit"]);
  assertStringIncludes(printed, 'There is no /stat; did you mean "/state"?');
  assertStringIncludes(printed, "/back     continue from before the last input");
  assertStringIncludes(printed, "What else?");
  assertStringIncludes(printed, "Reasoning is shown.\nReasoning is hidden.\n");
});

Deno.test("talk, ends with Ctrl-C or Ctrl-D, and a call goes on waiting", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const store = `sqlite:${folder}/sessions.db`;
    assertEquals((await say(["interrupt"], { store })).code, 130);
    const first = await say(["A latte", "My money back", "end"], { store });
    assertEquals(first.code, 0);
    const second = await say(["y", "end"], { store });
    assertStringIncludes(second.asked[0]!, "y allow, n refuse");
    // The arguments were shown with the question.
    assertStringIncludes(second.printed, "  refund = 500 given back");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
