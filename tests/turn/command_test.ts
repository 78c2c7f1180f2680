/** Every command can be awaited and streamed, with the same result. */
import {
  Agent,
  ApprovalError,
  type Command,
  ConfigError,
  decide,
  MockLLM,
  type ScriptEntry,
  type Session,
  SessionEndedError,
  SessionWaitingError,
  type StreamPart,
  Tool,
  type Turn,
} from "@nomos/agent";
import { assert, assertEquals, assertRejects } from "@std/assert";
import * as v from "valibot";

/** An agent whose payments need approval, and whose model streams. */
function shop(script: readonly ScriptEntry[]) {
  const paid: string[] = [];
  const pay = new Tool({
    name: "pay",
    description: "Pay somebody",
    args: v.object({ to: v.string() }),
    needsApproval: true,
    run: ({ to }) => {
      paid.push(to);
      return `paid ${to}`;
    },
  });
  const agent = new Agent({
    name: "shop",
    llm: new MockLLM(script, { chunkLength: 5 }),
    start: "talk",
    steps: { talk: { description: "Talk", tools: [pay] } },
    ids: () => "s",
    clock: () => 0,
  });
  return { session: agent.createSession(), paid };
}

const PAY = decide.call("pay", { to: "ann" });
const KEY = "s~s/1/0";

/** A session that waits for a verdict about the payment. */
async function asking(answer: string) {
  const world = shop([PAY, decide.respond(answer)]);
  await world.session.next("Pay Ann");
  return world;
}

async function interrupted() {
  const world = shop([new Error("down"), decide.respond("Here I am")]);
  await world.session.next("Hi").catch(() => {});
  return world;
}

interface Case {
  readonly prepare: () => Promise<{ session: Session; paid: string[] }>;
  readonly command: Command | undefined;
  readonly response: string;
  readonly paid: readonly string[];
  /** Calls the method with the name of the command. */
  readonly method?: (session: Session) => Promise<Turn>;
}

const fresh = (answer: string) => () => Promise.resolve(shop([decide.respond(answer)]));

const CASES: Readonly<Record<string, Case>> = {
  "text": { prepare: fresh("Hello"), command: "Hi", response: "Hello", paid: [] },
  "nothing": { prepare: fresh("Welcome"), command: undefined, response: "Welcome", paid: [] },
  "empty text": { prepare: fresh("Welcome"), command: "", response: "Welcome", paid: [] },
  "resume": {
    prepare: interrupted,
    command: { resume: true },
    response: "Here I am",
    paid: [],
    method: (session) => session.resume(),
  },
  "approve": {
    prepare: () => asking("She is paid"),
    command: { approve: KEY },
    response: "She is paid",
    paid: ["ann"],
    method: (session) => session.approve(KEY),
  },
  "deny": {
    prepare: () => asking("She is not paid"),
    command: { deny: KEY, reason: "She was paid yesterday" },
    response: "She is not paid",
    paid: [],
    method: (session) => session.deny(KEY, "She was paid yesterday"),
  },
  "settle": {
    prepare: () => asking("She is paid"),
    command: { settle: KEY, result: { paid: "by hand" } },
    response: "She is paid",
    paid: [],
    method: (session) => session.settle(KEY, { paid: "by hand" }),
  },
};

/** Text of the response in the deltas. */
function shown(parts: readonly StreamPart[]): string {
  return parts.map((part) => part.type === "delta" && part.field === "response" ? part.text : "")
    .join("");
}

for (const [name, { prepare, command, response, paid, method }] of Object.entries(CASES)) {
  Deno.test(`commands: ${name}, awaited, streamed and by its method, has the same result`, async () => {
    const awaited = await prepare();
    const turn = await awaited.session.next(command);
    assertEquals([turn.status, turn.response, awaited.paid], ["waiting", response, paid]);

    const streamed = await prepare();
    const stream = streamed.session.stream(command);
    const parts = await Array.fromAsync(stream);
    const events = parts.filter((part) => "seq" in part);
    assertEquals(events, turn.events as StreamPart[]);
    // The answer is shown while it arrives.
    assertEquals([shown(parts), parts.length > events.length], [response, true]);
    assertEquals((await stream.turn).response, response);
    assertEquals(streamed.paid, paid);

    const unread = await prepare();
    assertEquals((await unread.session.stream(command).turn).events, turn.events);
    assertEquals([streamed.session.state, unread.session.state], [
      awaited.session.state,
      awaited.session.state,
    ]);
    if (method === undefined) return;
    const called = await prepare();
    assertEquals((await method(called.session)).events, turn.events);
  });
}

Deno.test("commands: an approval names the call by its hash, awaited and streamed", async () => {
  for (const isStreamed of [false, true]) {
    const { session, paid } = await asking("She is paid");
    const give = async (command: Command) =>
      isStreamed ? await session.stream(command).turn : await session.next(command);
    const [{ hash }] = session.approvals as [typeof session.approvals[0]];
    await assertRejects(
      () => give({ approve: KEY, hash: "0".repeat(64) }),
      ApprovalError,
      "it is not the call that the person saw",
    );
    assertEquals([session.status, paid], ["needs_approval", []]);
    assertEquals((await give({ approve: KEY, hash })).response, "She is paid");
    assertEquals(paid, ["ann"]);
  }
});

Deno.test("commands: a refused one changes nothing, awaited, streamed and unread", async () => {
  const { session, paid } = await asking("She is paid");
  const before = JSON.stringify(session.state);
  const refused: [Command, new (...args: never[]) => Error][] = [
    [{ approve: "s/9/0" }, ApprovalError],
    [{ deny: "s/9/0", reason: "no" }, ApprovalError],
    [{ settle: "s/9/0", result: 1 }, ApprovalError],
    [{ deny: KEY, reason: 5 as never }, ConfigError],
    [{ deny: KEY } as never, ConfigError],
    [{ resume: true }, SessionWaitingError],
  ];
  for (const [command, type] of refused) {
    await assertRejects(() => session.next(command), type);
    const stream = session.stream(command);
    await assertRejects(() => stream.next(), type);
    await assertRejects(() => stream.turn, type);
    await assertRejects(() => session.stream(command).turn, type);
    assertEquals([JSON.stringify(session.state), session.status], [before, "needs_approval"]);
  }
  assertEquals((await session.next({ approve: KEY })).response, "She is paid");
  assertEquals(paid, ["ann"]);
});

Deno.test("commands: an invalid command is refused, and the message lists the valid ones", async () => {
  const { session } = shop([]);
  const bad = [
    null,
    5,
    true,
    {},
    { deliver: [] },
    { approve: undefined },
    () => 1,
  ];
  for (const command of bad) {
    const error = await assertRejects(() => session.next(command as never), ConfigError);
    assert(error.message.includes("expected text, parts, { resume: true }, { approve: callKey }"));
    await assertRejects(() => session.stream(command as never).next(), ConfigError);
  }
  assertEquals([session.status, session.state.events], ["waiting", []]);
});

/** Forms of commands, each valid for the call that waits. */
const FORMS: Readonly<Record<string, Record<string, unknown>>> = {
  resume: { resume: true },
  decideAll: { decideAll: [{ key: KEY, verdict: "approve" }] },
  approve: { approve: KEY },
  deny: { deny: KEY, reason: "No" },
  settle: { settle: KEY, result: 1 },
  retry: { retry: KEY },
};

Deno.test("commands: one of two forms is refused, as is a field of another form", async () => {
  const { session, paid } = await asking("She is paid");
  const state = JSON.stringify(session.state);
  const forms = Object.values(FORMS);
  const pairs = forms.flatMap((one, at) => forms.slice(at + 1).map((two) => ({ ...one, ...two })));
  assertEquals(pairs.length, 15);
  const extra = [
    { ...FORMS.resume, hash: "a" },
    { ...FORMS.decideAll, hash: "a" },
    { ...FORMS.approve, result: 1 },
    { ...FORMS.deny, args: {} },
    { ...FORMS.settle, args: {} },
    { ...FORMS.retry, args: {} },
  ];
  for (const command of [...pairs, ...extra]) {
    const decide = () => session.next(command as never);
    await assertRejects(decide, ConfigError, ": unknown option ");
  }
  assertEquals([JSON.stringify(session.state), paid], [state, []]);
});

Deno.test("commands: the message about a wrong key or value lists the keys of its form alone", async () => {
  const { session } = await asking("She is paid");
  const call = `call "${KEY}"`;
  const cases: readonly [unknown, string][] = [
    [{ resume: true, foo: 1 }, 'Cannot resume: unknown option "foo": expected "resume"'],
    [{ resume: false }, "Cannot resume: resume is false: expected true"],
    [
      { approve: KEY, hsah: "a" },
      `Cannot approve ${call}: unknown option "hsah": expected one of "approve", "args", "hash"; ` +
      'did you mean "hash"?',
    ],
    [{ retry: 3 }, "Cannot retry call 3: retry is 3: expected text"],
    [{ deny: KEY, reason: 5 }, `Cannot deny ${call}: reason is 5: expected text`],
    [
      { decideAll: [{ key: KEY, verdict: "settle", reslt: 1 }] },
      `Cannot settle ${call}: unknown option "reslt": expected one of "key", "verdict", "result", ` +
      '"hash"; did you mean "result"?',
    ],
    [
      { decideAll: KEY },
      `Cannot decide about calls: decideAll is "${KEY}": expected a list of verdicts`,
    ],
  ];
  for (const [command, message] of cases) {
    const error = await assertRejects(() => session.next(command as never), ConfigError);
    assertEquals(error.message, message);
  }
  const misspelled = () => session.next({ aprove: KEY } as never);
  await assertRejects(misspelled, ConfigError, '; did you mean "approve"?');
});

Deno.test("commands: a key whose value is undefined is as good as absent", async () => {
  const { session, paid } = await asking("She is paid");
  const command = { approve: KEY, deny: undefined, reason: undefined, args: undefined };
  assertEquals((await session.next(command as Command)).response, "She is paid");
  assertEquals(paid, ["ann"]);
});

Deno.test("commands: next() refuses the options that only stream() has", async () => {
  const { session } = shop([decide.respond("Hello")]);
  const expected = 'expected one of "stopAfter", "signal", "inputId"';
  for (const options of [{ children: true }, { readerTimeout: 5 }]) {
    const error = await assertRejects(() => session.next("Hi", options as never), ConfigError);
    const [key] = Object.keys(options);
    assertEquals(error.message, `Cannot start a turn: unknown option "${key}": ${expected}`);
    await assertRejects(() => session.resume(options as never), ConfigError, expected);
  }
  const stream = session.stream("Hi", { child: true } as never);
  await assertRejects(() => stream.turn, ConfigError, '"readerTimeout"; did you mean "children"?');
  const options = { children: true, readerTimeout: 5_000 };
  assertEquals((await session.stream("Hi", options).turn).response, "Hello");
});

Deno.test("commands: none starts a turn of a session that has ended", async () => {
  const { session } = shop([decide.end("Bye")]);
  await session.next("Hi");
  for (const { command } of Object.values(CASES)) {
    await assertRejects(() => session.next(command), SessionEndedError);
    await assertRejects(() => session.stream(command).turn, SessionEndedError);
  }
});
