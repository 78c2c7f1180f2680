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

/** Returns true if real models are allowed. */
function isAllowed({ assertRealModelsAllowed }: typeof core = core): boolean {
  try {
    assertRealModelsAllowed("vendor/model");
    return true;
  } catch {
    return false;
  }
}

Deno.test("real models are allowed by default", () => {
  assert(isAllowed());
});

Deno.test("forbidRealModels() makes real models throw an error that names the alternatives", () => {
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

Deno.test("importing forbid-real-models forbids real models", async () => {
  using _ = allowRealModels();
  await import("@nomos/agent/testing/forbid-real-models");
  assert(!isAllowed());
});

Deno.test("forbidRealModels() applies to another copy of the package", async () => {
  using _ = allowRealModels();
  const copy: typeof core = await import("../../src/llm/real_model.ts?copy");
  assert(copy.RealModelError !== core.RealModelError);
  forbidRealModels();
  assert(!isAllowed(copy));
  copy.setRealModelsForbidden(false);
  assert(isAllowed());
});

Deno.test("forbidRealModels() stops an agent before its model sends a request", async () => {
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
  // The session may pass the error on or wrap it.
  const error = await assertRejects(() => session.next("Hi"), Error, "real models are forbidden");
  assert(error instanceof core.RealModelError || error instanceof LLMError);
  assertEquals([calls, session.status], [0, "interrupted"]);
});

Deno.test("allowRealModels() with using lasts to the end of the scope, also in nested scopes", () => {
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

Deno.test("allowRealModels() without using is permanent", () => {
  using _ = allowRealModels();
  forbidRealModels();
  (() => void allowRealModels())();
  assert(isAllowed());
});
