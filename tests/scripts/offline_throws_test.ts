// What this repository relies on in assertThrows() and assertRejects() of @std/assert.
import {
  assertEquals,
  AssertionError,
  assertRejects,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";

class OrderError extends Error {
  readonly code = "order";
}

abstract class AnyMenuError extends Error {}

class MenuError extends AnyMenuError {}

function throwing(value: unknown): () => never {
  return () => {
    throw value;
  };
}

/** The message of the failed assertion. */
async function failure(check: () => unknown): Promise<string> {
  try {
    await check();
  } catch (error) {
    if (error instanceof AssertionError) return error.message;
    throw error;
  }
  throw new Error("Cannot give the message of the failure: the assertion held");
}

Deno.test("assertThrows() gives what was thrown, an error or not", () => {
  const error = new OrderError("no tea");
  assertStrictEquals(assertThrows(throwing(error)), error);
  assertStrictEquals(assertThrows(throwing("no tea"), "a message"), "no tea");
  assertStrictEquals(assertThrows(throwing(undefined)), undefined);
});

Deno.test("assertThrows() types the error by its class", () => {
  const error = assertThrows(throwing(new OrderError("no tea")), OrderError, "no tea");
  assertEquals(error.code, "order");
  assertThrows(throwing(error), Error, "tea");
  assertThrows(throwing(error), OrderError, "");
  assertThrows(throwing(new MenuError("empty")), AnyMenuError, "empty");
});

Deno.test("assertThrows() ignores colours in messages", () => {
  assertThrows(throwing(new Error("\u001b[31mred\u001b[39m tea")), Error, "red tea");
});

Deno.test("assertThrows() fails when nothing is thrown", async () => {
  assertEquals(await failure(() => assertThrows(() => {})), "Expected function to throw.");
  assertEquals(
    await failure(() => assertThrows(() => {}, "tea")),
    "Expected function to throw: tea",
  );
  assertEquals(
    await failure(() => assertThrows(() => Promise.resolve(), Error, "tea", "late")),
    "Expected function to throw: late",
  );
});

Deno.test("assertThrows() fails for another class, another message or no error", async () => {
  const error = new OrderError("no tea");
  assertEquals(
    await failure(() => assertThrows(throwing(error), TypeError)),
    'Expected error to be instance of "TypeError", but was "OrderError".',
  );
  assertEquals(
    await failure(() => assertThrows(throwing(error), OrderError, "coffee", "order")),
    'Expected error message to include "coffee", but got "no tea": order',
  );
  assertEquals(
    await failure(() => assertThrows(throwing("no tea"), Error)),
    "A non-Error object was thrown.",
  );
});

Deno.test("assertRejects() gives what the promise rejected with", async () => {
  const error = new OrderError("no tea");
  assertStrictEquals(await assertRejects(() => Promise.reject(error)), error);
  assertStrictEquals(await assertRejects(() => Promise.reject("no tea"), "a message"), "no tea");
  const typed = await assertRejects(() => Promise.reject(error), OrderError, "tea");
  assertEquals(typed.code, "order");
});

Deno.test("assertRejects() waits for anything with a then()", async () => {
  const thenable: PromiseLike<never> = {
    then: (_resolve, reject) => Promise.reject(new OrderError("no tea")).then(null, reject),
  };
  await assertRejects(() => thenable, OrderError);
});

Deno.test("assertRejects() fails when the function throws at once or gives no promise", async () => {
  assertEquals(
    await failure(() => assertRejects(throwing(new OrderError("no tea")), OrderError)),
    "Function throws when expected to reject.",
  );
  const notAPromise = (() => 1) as unknown as () => Promise<number>;
  assertEquals(
    await failure(() => assertRejects(notAPromise, "number")),
    "Function throws when expected to reject: number",
  );
});

Deno.test("assertRejects() fails when the promise does not reject as expected", async () => {
  const error = new OrderError("no tea");
  assertEquals(
    await failure(() => assertRejects(() => Promise.resolve())),
    "Expected function to reject.",
  );
  assertEquals(
    await failure(() => assertRejects(() => Promise.reject(error), TypeError, "", "order")),
    'Expected error to be instance of "TypeError", but was "OrderError": order',
  );
  assertEquals(
    await failure(() => assertRejects(() => Promise.reject(error), OrderError, "coffee")),
    'Expected error message to include "coffee", but got "no tea".',
  );
  assertEquals(
    await failure(() => assertRejects(() => Promise.reject("no tea"), Error)),
    "A non-Error object was rejected.",
  );
});
