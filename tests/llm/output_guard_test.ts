import { Agent, type LLM, type LLMRequest } from "@nomos/agent";
import { LLMLengthError, retry } from "@nomos/agent/llm";
import { record, replay } from "@nomos/agent/testing";
import { assert, assertEquals, assertInstanceOf, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { immediateClock } from "../fixtures/immediate_clock.ts";

const WHOLE = '{"reasoning":[],"decision":{"action":"RESPOND","response":"Hello"}}';
const START = '{"reasoning":["a"],"decision":';

/** Creates a model that streams a text, one chunk after another, and then white space without an end. */
function endless(texts: readonly string[], space = " \n"): LLM & { read: number; calls: number } {
  const model = {
    name: "endless",
    read: 0,
    calls: 0,
    decide: () => Promise.reject(new Error("not expected")),
    async *stream(_: LLMRequest) {
      model.calls++;
      for (const text of texts) yield { type: "text" as const, text: await text };
      for (; model.read < 100_000; model.read += space.length) {
        yield { type: "text" as const, text: space };
      }
      throw new Error("the stream was read to its end");
    },
  };
  return model;
}

function sessionWith(llm: LLM) {
  const steps = { talk: { description: "Talk" } };
  return new Agent({ name: "a", llm, start: "talk", steps }).createSession();
}

/** Returns the error of a turn. */
async function errorOf(llm: LLM): Promise<Error> {
  const outcome = await sessionWith(llm).next("Hi").catch((error) => error);
  assertInstanceOf(outcome, Error);
  return outcome;
}

Deno.test("white space without an end inside an unfinished object ends the answer of any model", async () => {
  const starts = [
    ["{"],
    [START],
    [`${START}{"action":"RESPOND", "response":"a \\" ", "x" :`],
    ["```json\n", START],
    ["Let me see {…}\n</think>\n", START],
    ["Hm</think>no</think>", "```\n{"],
    ["```json\n", WHOLE],
  ];
  for (const texts of starts) {
    const model = endless(texts);
    const error = await errorOf(model);
    assertInstanceOf(error, LLMLengthError, `${texts}: ${error}`);
    assertStringIncludes(error.message, 'model "endless": it wrote more than 2000 white-space');
    assertEquals(error.isRetryable, true);
    assertEquals(error.usage?.isEstimated, true);
    assert(model.read <= 2010, `${model.read}`);
  }
});

Deno.test("white space without an end behind a whole object ends the stream, and the answer counts", async () => {
  const wholes = [[WHOLE], ["\ufeff", WHOLE], ["```json\n", WHOLE, "\n```"], ["Hm</think>", WHOLE]];
  for (const texts of wholes) {
    for (const wrap of [(llm: LLM) => llm, (llm: LLM) => retry(llm)]) {
      const model = endless(texts);
      const turn = await sessionWith(wrap(model)).next("Hi");
      assertEquals(turn.response, "Hello");
      assertEquals(turn.usage.isEstimated, true);
      assert(turn.usage.input! > 0 && turn.usage.output! > 0);
      assert(model.read <= 260, `${model.read}`);
    }
  }
});

Deno.test("a preview shows all of an answer whose stream is ended", async () => {
  const [before, after] = WHOLE.split("Hel") as [string, string];
  const model = endless([`${before}Hel`], `${after}${" ".repeat(300)}`);
  const shown: string[] = [];
  for await (const part of sessionWith(retry(model)).stream("Hi")) {
    if (part.type === "delta" && part.field === "response") shown.push(part.text);
  }
  assertEquals(shown.join(""), "Hello");
});

Deno.test("a cassette plays an answer whose stream was ended", async () => {
  const file = await Deno.makeTempFile({ suffix: ".json" });
  try {
    assertEquals((await sessionWith(record(endless([WHOLE]), file)).next("Hi")).response, "Hello");
    assertEquals((await sessionWith(replay(file)).next("Hi")).response, "Hello");
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("an answer that runs away is retried once, and all attempts are counted", async () => {
  const model = endless([START]);
  const error = await errorOf(retry(model, { attempts: 5, clock: immediateClock }));
  assertInstanceOf(error, LLMLengthError);
  assertEquals(model.calls, 2);
  const once = await errorOf(endless([START])) as LLMLengthError;
  assert((error as LLMLengthError).usage!.output! >= once.usage!.output!);
});

Deno.test("white space that is no answer without an end is read", async () => {
  const space = " ".repeat(1_900);
  const long = " ".repeat(5_000);
  const answers = [
    `{${space}"reasoning"${space}:${space}[],"decision":{"action":"RESPOND","response":"Hello"}}`,
    WHOLE.replace("Hello", `Hello${long}`),
    `${long}${WHOLE}`,
    `{"reasoning":["${long}\\"${long}\\\\"],${WHOLE.slice(16)}`,
    `Hm${long}{${long}</think>${WHOLE}`,
    `${WHOLE}${" ".repeat(255)}`,
  ];
  for (const answer of answers) {
    const llm: LLM = {
      name: "long",
      decide: () => Promise.reject(new Error("not expected")),
      async *stream() {
        for (let at = 0; at < answer.length; at += 100) {
          yield { type: "text", text: await answer.slice(at, at + 100) };
        }
        yield { type: "result", result: { output: answer } };
      },
    };
    const turn = await sessionWith(llm).next("Hi");
    assertEquals((turn.response as string).trim(), "Hello");
    assertEquals(turn.usage.isEstimated, undefined);
  }
});

Deno.test("text behind white space behind a whole object is no part of an accepted answer", async () => {
  const answer = `${WHOLE}${" ".repeat(300)}${WHOLE}`;
  let calls = 0;
  const llm: LLM = {
    name: "twice",
    decide: () => Promise.reject(new Error("not expected")),
    async *stream() {
      const output = await (calls++ === 0 ? answer : WHOLE.replace("Hello", "Bye"));
      yield { type: "text", text: output };
      yield { type: "result", result: { output } };
    },
  };
  assertEquals((await sessionWith(llm).next("Hi")).response, "Bye");
});

Deno.test("an answer ends at the same place, regardless of its chunk boundaries", async () => {
  const texts = [`${START}${" ".repeat(2_100)}`, `\`\`\`\n${WHOLE}\n\`\`\`${" ".repeat(300)}`];
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...texts),
      fc.array(fc.nat(2_400), { maxLength: 20 }),
      async (text, places) => {
        const cuts = [
          0,
          ...places.map((at) => at % text.length).sort((a, b) => a - b),
          text.length,
        ];
        const model = endless(cuts.slice(1).map((cut, index) => text.slice(cuts[index], cut)));
        const outcome = await sessionWith(model).next("Hi").then(
          (turn) => turn.response,
          (error) => error.constructor,
        );
        assertEquals(outcome, text === texts[0] ? LLMLengthError : "Hello");
        assert(model.read <= 2, `${model.read}`);
      },
    ),
    { numRuns: 50 },
  );
});
