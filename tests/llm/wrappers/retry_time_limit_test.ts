import { Agent, decide, type Limits, LLMError, MockLLM, type SessionEvent } from "@nomos/agent";
import { fallback, retry } from "@nomos/agent/llm";
import { ManualClock } from "@nomos/agent/testing";
import { assertEquals, assertRejects } from "@std/assert";

const busy = (retryAfter: number) =>
  new LLMError("Too many requests", { isRetryable: true, retryAfter, usage: { input: 8 } });

/** Plays a turn of an agent whose model fails with this error first. */
function play(limits: Limits, error: LLMError, options: { withSpare?: LLMError | "answers" } = {}) {
  const clock = new ManualClock(1_000);
  const model = new MockLLM([error, decide.respond("Hello")]);
  const spare = new MockLLM([
    options.withSpare instanceof LLMError ? options.withSpare : decide.respond("Spare"),
  ]);
  const patient = retry(model, { clock, random: () => 0, maxDelay: 60_000 });
  const agent = new Agent({
    name: "patient",
    llm: options.withSpare === undefined ? patient : fallback([patient, spare]),
    start: "talk",
    steps: { talk: { description: "Talk" } },
    limits,
    clock: () => clock.now(),
  });
  const session = agent.createSession();
  return { clock, model, session, turn: session.next("Hi") };
}

const retries = (limits: Limits, retryAfter: number) => play(limits, busy(retryAfter));

Deno.test("retry() ends a turn at once if its time limit ends within the delay that a server asks for", async () => {
  const { clock, model, turn, session } = retries({ turn: { time: 20_000 } }, 30_000);
  const { status, reason, events } = await turn;
  assertEquals([status, reason, clock.now()], ["limited", "time", 1_000]);
  assertEquals(events.map(({ type }) => type), ["user", "model_failed", "limit"]);
  const { limit, used, retryAfter } = events.at(-1) as SessionEvent<"limit">;
  assertEquals([limit, used, retryAfter], [20_000, 30_000, 30_000]);
  assertEquals([model.requests.length, session.usage.input], [1, 8]);
  // A later turn has the whole limit of a turn.
  assertEquals((await session.resume()).response, "Hello");
});

Deno.test("retry() says that the time is too short, even if the delay is above maxDelay", async () => {
  const { turn } = retries({ turn: { time: 20_000 } }, 90_000);
  assertEquals((await turn).reason, "time");
});

Deno.test("retry() ends a turn within whose delay the time of its session ends", async () => {
  const { turn } = retries({ turn: { time: 90_000 }, session: { time: 20_000 } }, 30_000);
  const last = (await turn).events.at(-1)!;
  assertEquals([last.type, last.type === "limit" && last.scope], ["limit", "session"]);
});

Deno.test("retry() waits as long as a server asks for if the time limit allows it", async () => {
  for (const limits of [{ turn: { time: 30_001 } }, { turn: { tokens: 5_000 } }, {}]) {
    const { clock, turn } = retries(limits, 30_000);
    await clock.advance(30_000);
    assertEquals((await turn).response, "Hello");
  }
});

Deno.test("fallback() calls the next model if the first one asks for a delay beyond the time limit", async () => {
  const limits = { turn: { time: 20_000 } };
  const answered = play(limits, busy(30_000), { withSpare: "answers" });
  assertEquals((await answered.turn).response, "Spare");
  const gone = play(limits, busy(30_000), { withSpare: new LLMError("Unknown model") });
  assertEquals((await gone.turn).reason, "time");
  const broken = new LLMError("Down", { isRetryable: true });
  const down = play(limits, busy(30_000), { withSpare: broken });
  await assertRejects(() => down.turn, LLMError, "Down");
});
