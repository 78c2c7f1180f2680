import { Agent, type LLM, LLMError, MisuseError } from "@nomos/agent";
import { allowRealModels, forbidRealModels } from "@nomos/agent/testing";
import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import * as core from "../../src/llm/real_model.ts";

/** Is it legal to call out now? */
function isAllowed({ assertRealModelsAllowed }: typeof core = core): boolean {
  try {
    assertRealModelsAllowed("vendor/model");
    return true;
  } catch {
    return false;
  }
}

Deno.test("real models, are allowed where nobody forbids them", () => {
  assert(isAllowed());
});

Deno.test("forbidRealModels, makes a model that would call out throw, and says what to use", () => {
  using _ = allowRealModels();
  forbidRealModels();
  const error = assertThrows(
    () => core.assertRealModelsAllowed("openai/gpt\u001b[31m"),
    core.RealModelError,
  );
  assert(error instanceof MisuseError);
  assertEquals([error.code, error.model, error.name], [
    "REAL_MODEL_FORBIDDEN",
    "openai/gpt\u001b[31m",
    "RealModelError",
  ]);
  for (const part of ['"openai/gpt\\u001b[31m"', "MockLLM", "cassette", "allowRealModels()"]) {
    assertStringIncludes(error.message, part);
  }
});

Deno.test("forbidRealModels, holds for another copy of the package", async () => {
  using _ = allowRealModels();
  const copy: typeof core = await import("../../src/llm/real_model.ts?copy");
  assert(copy.RealModelError !== core.RealModelError);
  forbidRealModels();
  assert(!isAllowed(copy));
  copy.setRealModelsForbidden(false);
  assert(isAllowed());
});

Deno.test("forbidRealModels, stops an agent before its model calls out", async () => {
  using _ = allowRealModels();
  forbidRealModels();
  let calls = 0;
  const llm: LLM = {
    name: "vendor/model",
    decide: () => {
      core.assertRealModelsAllowed("vendor/model");
      calls++;
      return Promise.resolve({ output: "" });
    },
  };
  const steps = { a: { description: "A" } };
  const session = new Agent({ name: "test", llm, start: "a", steps }).createSession();
  // The session may pass the error on, or wrap it as a failed model.
  const error = await assertRejects(() => session.next("Hi"), Error, "real models are forbidden");
  assert(error instanceof core.RealModelError || error instanceof LLMError);
  assertEquals([calls, session.status], [0, "interrupted"]);
});

Deno.test("allowRealModels, with using holds to the end of the scope, also where scopes nest", () => {
  {
    using _outer = allowRealModels();
    forbidRealModels();
    {
      using _inner = allowRealModels();
      assert(isAllowed());
      {
        using _innermost = allowRealModels();
        assert(isAllowed());
      }
      assert(isAllowed());
    }
    assert(!isAllowed());
  }
  assert(isAllowed());
});

Deno.test("allowRealModels, without using holds for good", () => {
  using _ = allowRealModels();
  forbidRealModels();
  (() => void allowRealModels())();
  assert(isAllowed());
});
