import { Agent, decide, type LLM, MockLLM, type ScriptEntry, Tool } from "@nomos/agent";
import { loadAgent } from "@nomos/agent/config";
import { sqliteStore } from "@nomos/agent/sqlite";
import { memoryStore, type Store } from "@nomos/agent/store";
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import * as v from "valibot";
import { Output } from "../../src/cli/terminal/output.ts";
import { listSessions } from "../../src/cli/sessions/list_sessions.ts";
import { widthOf } from "../../src/cli/terminal/table.ts";
import { nomos, nomosJson, nomosWith } from "./in_process.ts";

/** Agent with a call that needs approval. */
function createDesk(...script: ScriptEntry[]): Agent {
  const mock = new MockLLM(script);
  const llm: LLM = {
    name: "mock",
    decide: async (request) => {
      return { ...await mock.decide(request), usage: { input: 1200, output: 7 } };
    },
  };
  return new Agent({
    name: "desk",
    llm,
    start: "talk",
    cost: () => 0.0012,
    clock: () => Date.parse("2026-11-29T17:02:00"),
    steps: {
      talk: { description: "Talk", routes: { pay: "they pay" } },
      pay: {
        description: "Pay",
        tools: [
          new Tool({
            name: "refund",
            description: "Give money back",
            args: v.object({ cents: v.number(), why: v.optional(v.string()) }),
            needsApproval: ({ cents }) => cents > 1000,
            run: ({ cents }) => `${cents} cents given back`,
          }),
        ],
      },
    },
  });
}

/** Runs a test with a store that has the sessions ann, who waits, and b\u001b[31mob. */
async function withStore(run: (url: string, folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const store = await sqliteStore(`${folder}/s.db`);
    const ann = await createDesk(
      decide.respond("Hello\n\u001b[31mred"),
      decide.move("pay"),
      decide.call("refund", { cents: 5 }),
      decide.call("refund", { cents: 5000, why: "cold\u202e" }),
    ).openSession("ann", { store });
    await ann.next("Hi");
    await ann.next("Money back");
    const bob = await createDesk(decide.end("Bye")).openSession("b\u001b[31mob", { store });
    await bob.next("Bye");
    await store.close();
    await run(`sqlite:${folder}/s.db`, folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("sessions, lists step, status, tokens, cost and waiting calls, aligned and escaped", () =>
  withStore(async (url) => {
    const { code, stdout } = await nomos("sessions", "--store", url);
    assertEquals(code, 0);
    const [head, ...rows] = stdout.trimEnd().split("\n");
    assertEquals(head, "ID             STEP  STATUS          EVENTS  TOKENS     COST  LAST");
    assert(!stdout.includes("\x1b") && !stdout.includes("\u202e"), stdout);
    assert(
      /^ann +pay +needs_approval +\d+ +4,828 +\$0\.0048 +\d{4}-\d\d-\d\d \d\d:\d\d +r/.test(
        rows[0]!,
      ),
      rows[0],
    );
    assertStringIncludes(rows[0]!, 'refund(cents: 5000, why: "cold\\u{202e}")');
    assert(/^b\\u\{1b\}\[31mob +talk +ended/.test(rows[1]!), rows[1]);
    const { sessions } = await nomosJson(0, "sessions", "list", "--store", url);
    assertEquals(sessions.map(({ id }: { id: string }) => id), ["ann", "b\u001b[31mob"]);
    assertEquals(sessions[0].approvals[0].args.cents, 5000);
  }));

Deno.test("sessions list, takes a page by prefix, status, limit and the last id", () =>
  withStore(async (url) => {
    const list = async (...flags: string[]) => {
      const { sessions, next } = await nomosJson(0, "sessions", "--store", url, ...flags);
      return [sessions.map(({ id }: { id: string }) => id).join(), next];
    };
    assertEquals(await list("--prefix", "a"), ["ann", undefined]);
    assertEquals(await list("--status", "needs_approval"), ["ann", undefined]);
    assertEquals(await list("--limit", "1"), ["ann", "ann"]);
    assertEquals(await list("--after", "ann"), ["b\u001b[31mob", undefined]);
    const { stderr } = await nomos("sessions", "--store", url, "--limit", "1");
    assertStringIncludes(stderr, "--after ann");
  }));

Deno.test("sessions list, reads the logs of the sessions of its page alone", async () => {
  const store = memoryStore();
  for (let index = 0; index < 40; index++) {
    const desk = createDesk(decide.respond("Hello"));
    await (await desk.openSession(`s${index + 10}`, { store })).next("Hi");
  }
  const read: string[] = [];
  const counting: Store = {
    ...store,
    entries: (id, range) => {
      read.push(id);
      return store.entries(id, range);
    },
  };
  const output = new Output({ json: true, quiet: false, color: false });
  output.write = () => {};
  const options = { prefix: "s2", status: [], limit: 3 } as never;
  await listSessions(counting, { options, positionals: [], output });
  assertEquals(read, ["s20", "s21", "s22"]);
});

Deno.test("sessions show, numbers the events before which a fork can cut", () =>
  withStore(async (url) => {
    const { stdout } = await nomos("sessions", "show", "ann", "--store", url);
    const [head, ...lines] = stdout.trimEnd().split("\n");
    assert(head!.startsWith("ann: agent desk, step pay, needs_approval, "), head);
    assertEquals(lines.map((line) => line.slice(6)), [
      "You: Hi",
      "desk: Hello",
      "\\u{1b}[31mred",
      "You: Money back",
      "→ pay",
      "refund(cents: 5) = 5 cents given back",
      '? refund(cents: 5000, why: "cold\\u{202e}") needs your approval',
    ]);
    const store = await sqliteStore(url.slice("sqlite:".length));
    const session = await createDesk().openSession("ann", { store });
    for (const at of lines.map((line) => line.slice(0, 4).trim()).filter((at) => at !== "")) {
      await session.fork({ at: Number(at) });
    }
    await store.close();
  }));

Deno.test("sessions show --export, writes a state that shows the same, and that a session continues", () =>
  withStore(async (url, folder) => {
    const file = `${folder}/ann.json`;
    await nomosJson(0, "sessions", "show", "ann", "--store", url, "--export", file);
    const shown = await nomos("sessions", "show", "ann", "--store", url);
    assertEquals(await nomos("sessions", "show", file), shown);
    const state = JSON.parse(await Deno.readTextFile(file));
    const { session } = await nomosJson(0, "sessions", "show", file);
    assertEquals(session, state);
    const continued = createDesk(decide.respond("Done")).createSession({ state });
    const [{ callKey } = { callKey: "" }] = continued.approvals;
    assertEquals((await continued.approve(callKey)).response, "Done");
    await Deno.writeTextFile(file, "{}");
    assertEquals((await nomosJson(1, "sessions", "show", file)).error.code, "STATE_INVALID");
  }));

Deno.test("sessions delete, asks, and deletes all or none", () =>
  withStore(async (url) => {
    const asked = await nomos("sessions", "delete", "ann", "--store", url);
    assertEquals(asked.code, 2);
    assertStringIncludes(asked.stderr, "--yes");
    const missing = ["sessions", "delete", "ann", "anna", "-y", "--store", url];
    assertEquals((await nomosJson(1, ...missing)).error.code, "SESSION_NOT_FOUND");
    assertStringIncludes((await nomos(...missing)).stderr, 'did you mean "ann"?');
    const { deleted } = await nomosJson(0, "sessions", "delete", "ann", "-y", "--store", url);
    assertEquals(deleted, ["ann"]);
    const { sessions } = await nomosJson(0, "sessions", "--store", url);
    assertEquals(sessions.length, 1);
  }));

Deno.test("sessions delete, refuses a session in which a turn runs", () =>
  withStore(async (url) => {
    const store = await sqliteStore(url.slice("sqlite:".length));
    await store.claim("ann", { owner: "another", ttl: 60_000 });
    const { error } = await nomosJson(1, "sessions", "delete", "ann", "-y", "--store", url);
    assertEquals(error.code, "SESSION_BUSY");
    await store.close();
  }));

Deno.test("sessions, lists a session whose log is damaged", () =>
  withStore(async (url) => {
    const store = await sqliteStore(url.slice("sqlite:".length));
    await store.create("broken", { meta: "{}", hash: "00" });
    await store.close();
    const { stdout } = await nomos("sessions", "--store", url, "--prefix", "broken");
    assert(/\nbroken +- +damaged +0 /.test(stdout), stdout);
    assertEquals((await nomos("sessions", "show", "broken", "--store", url)).code, 3);
  }));

Deno.test("sessions, resume and fork run other command lines, after they found the session", () =>
  withStore(async (url) => {
    const lines: (readonly string[])[] = [];
    const runLine = (line: readonly string[]) => {
      lines.push(line);
      return Promise.resolve(0);
    };
    const run = (...args: string[]) => nomosWith(runLine, "sessions", ...args, "--store", url);
    await run("resume", "ann", "--json", "--allow-net=a.example", "--allow-env");
    await run("fork", "ann", "--at", "3", "--as", "ann-2", "--agent", "docs/cafe/agent.yaml");
    assertEquals(lines, [
      ["run", "--session=ann", `--store=${url}`, "--json", "--allow-net=a.example", "--allow-env"],
      [
        "fork",
        "docs/cafe/agent.yaml",
        "--session=ann",
        "--at=3",
        "--as=ann-2",
        `--store=${url}`,
      ],
    ]);
    assertEquals((await run("resume", "nobody")).code, 1);
    assertEquals((await run("fork", "ann", "--at", "x")).code, 2);
    assertStringIncludes((await run("fork", "ann", "--as", "ann")).stderr, "it exists");
    assertEquals(lines.length, 2);
  }));

Deno.test("sessions fork, makes a session that begins with the past of another one", async () => {
  const folder = await Deno.makeTempDir();
  const url = `sqlite:${folder}/s.db`;
  const store = await sqliteStore(`${folder}/s.db`);
  const llm = new MockLLM([decide.move("order"), decide.respond("What can I get you?")]);
  const cafe = await loadAgent("docs/cafe/agent.yaml", { llm });
  await (await cafe.openSession("ann", { store })).next("Hi");
  await store.close();
  const fork = ["fork", "docs/cafe/agent.yaml", "--session", "ann", "--store", url];
  const early = await nomosJson(0, ...fork, "--at", "2", "--as", "ann-2");
  assertEquals([early.id, early.step, early.status], ["ann-2", "greet", "interrupted"]);
  assertEquals((await nomosJson(0, ...fork)).step, "order");
  assertStringIncludes(
    (await nomosJson(1, ...fork, "--at", "3")).error.message,
    "committed together",
  );
  const { sessions } = await nomosJson(0, "sessions", "--store", url);
  assertEquals(sessions.length, 3);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("sessions, a store that does not exist is reported and not made", async () => {
  const folder = await Deno.makeTempDir();
  const { error } = await nomosJson(1, "sessions", "--store", `sqlite:${folder}/none.db`);
  assertEquals(error.code, "STORE_NOT_FOUND");
  assertEquals([...Deno.readDirSync(folder)], []);
  await Deno.remove(folder);
  assertEquals((await nomos("sessions", "--store", "memory")).code, 1);
});

Deno.test("sessions, a wrong action, number of ids or status is one line on stderr", async () => {
  for (
    const [args, expected] of [
      [["shw", "ann"], 'did you mean "show"?'],
      [["show"], "expected one id"],
      [["list", "ann"], "--prefix"],
      [["delete"], "expected ids"],
      [["--stor", "x"], "did you mean --store?"],
      [["--limit", "0"], "a whole number from 1"],
    ] as const
  ) {
    const { code, stdout, stderr } = await nomos("sessions", ...args);
    assertEquals([code, stdout, stderr.split("\n").length], [2, "", 2], stderr);
    assertStringIncludes(stderr, expected);
  }
});

Deno.test("widthOf, counts columns of wide and combining characters", () => {
  assertEquals(["abc", "日本", "e\u0301", "👩‍👩‍👧", "한글x"].map(widthOf), [3, 4, 1, 2, 5]);
});
