import { assertEquals, assertRejects } from "@std/assert";
import { Agent, ConfigError, decide, MockLLM, type State, StateError } from "@nomos/agent";
import { openState, signState } from "@nomos/agent/store";

const KEY = "a key of thirty-two bytes or more";
const OTHER_KEY = new Uint8Array(32).fill(7);

async function makeState(id = "ann", name = "greeter"): Promise<State> {
  const agent = new Agent({
    name,
    llm: new MockLLM([decide.respond("Hello \ud83d")]),
    start: "greet",
    steps: { greet: { description: "Greet the user" } },
  });
  return (await agent.createSession({ id }).next("Hi é 🙂")).state;
}

Deno.test("signState and openState return the same state, with a key of bytes or text", async () => {
  const state = await makeState();
  for (const key of [KEY, OTHER_KEY]) {
    assertEquals(await openState(await signState(state, key), key), state);
  }
});

Deno.test("openState refuses a text in which anything was changed", async () => {
  const text = await signState(await makeState(), KEY);
  const dot = text.indexOf(".");
  const changed = [
    text.replace("greeter", "admin"),
    text.replaceAll("ann", "bob"),
    text.replace("Hello", "Hallo"),
    text.replace(/"issuedAt":\d+/, '"issuedAt":99999999999999'),
    `${text} `,
    `${"0".repeat(64)}${text.slice(dot)}`,
    text.slice(dot + 1),
    text.slice(0, -1),
    text.toUpperCase(),
    "",
    "null",
    `.${text.slice(dot + 1)}`,
  ];
  for (const each of changed) {
    const error = await assertRejects(() => openState(each, KEY), StateError);
    assertEquals(error.code, "STATE_INVALID");
  }
  await assertRejects(() => openState(undefined as unknown as string, KEY), StateError);
});

Deno.test("openState accepts any of several keys, so that keys can be replaced", async () => {
  const state = await makeState();
  const text = await signState(state, KEY);
  assertEquals(await openState(text, [OTHER_KEY, KEY]), state);
  await assertRejects(
    () => openState(text, [OTHER_KEY]),
    StateError,
    "its signature matches none of 1 keys: expected text of signState(), unchanged",
  );
  await assertRejects(() => openState(text, []), StateError, "matches none of 0 keys");
});

Deno.test("openState refuses a state of another session", async () => {
  const text = await signState(await makeState(), KEY);
  await openState(text, KEY, { sessionId: "ann" });
  await assertRejects(
    () => openState(text, KEY, { sessionId: "bob" }),
    StateError,
    'Cannot continue from state at "sessionId": it is "ann": expected "bob"',
  );
});

Deno.test("openState refuses a state that was signed too long ago", async () => {
  const text = await signState(await makeState(), KEY, { now: () => 1_000 });
  await openState(text, KEY, { maxAge: 500, now: () => 1_500 });
  await assertRejects(
    () => openState(text, KEY, { maxAge: 500, now: () => 1_501 }),
    StateError,
    "it was signed 501 ms ago: expected at most 500 ms",
  );
  await assertRejects(() => openState(text, KEY, { maxAge: NaN }), StateError);
});

Deno.test("signState and openState refuse a key of less than 32 bytes", async () => {
  const state = await makeState();
  const text = await signState(state, KEY);
  for (const key of ["", "é".repeat(15), new Uint8Array(31), undefined as unknown as string]) {
    await assertRejects(() => signState(state, key), ConfigError, "expected at least 32 bytes");
    await assertRejects(() => openState(text, [KEY, key]), ConfigError);
  }
});
