import { assertEquals } from "@std/assert";
import { PostgresFailure } from "../../../src/store/postgres/failure.ts";

/** Makes an error of the server, as the driver throws it. */
function makeServerError(code: string, severity = "ERROR"): Error {
  const detail = "Failing row contains (secret)";
  return Object.assign(new Error("it said so"), { code, severity, detail });
}

function classify(thrown: unknown, isSent = true): [string, boolean, boolean] {
  const { retry, hadNoEffect, isBroken } = new PostgresFailure(thrown, { isSent });
  return [retry, hadNoEffect, isBroken];
}

Deno.test("PostgresFailure, after an error of a statement the outcome is known and the connection usable", () => {
  const retries = {
    "40001": "now",
    "40P01": "now",
    "53100": "later",
    "53200": "later",
    "55P03": "later",
    "57014": "later",
    "42501": "never",
    "23505": "never",
    "XX000": "never",
  };
  for (const [code, retry] of Object.entries(retries)) {
    assertEquals(classify(makeServerError(code)), [retry, true, false], code);
  }
});

Deno.test("PostgresFailure, a read-only connection is discarded and retried", () => {
  assertEquals(classify(makeServerError("25006")), ["now", true, true]);
});

Deno.test("PostgresFailure, if the connection ends during a statement, the outcome is unknown", () => {
  for (const code of ["57P01", "57P02", "08006", "XX000", "53100", "58030"]) {
    for (const severity of ["FATAL", "PANIC"]) {
      const [, ...rest] = classify(makeServerError(code, severity));
      assertEquals(rest, [false, true], code);
      const [, ...connecting] = classify(makeServerError(code, severity), false);
      assertEquals(connecting, [true, true], code);
    }
  }
});

Deno.test("PostgresFailure, a refused login has had no effect", () => {
  const retries = { "53300": "now", "57P03": "now", "28P01": "never", "3D000": "never" };
  for (const [code, retry] of Object.entries(retries)) {
    assertEquals(classify(makeServerError(code, "FATAL")), [retry, true, true], code);
  }
});

Deno.test("PostgresFailure, a localized server is classified by SQLSTATE", () => {
  assertEquals(classify(makeServerError("40001", "ОШИБКА")), ["now", true, false]);
  assertEquals(classify(makeServerError("53100", "ОШИБКА")), ["later", false, true]);
  assertEquals(classify(makeServerError("57P01", "ВАЖНО")), ["now", false, true]);
});

Deno.test("PostgresFailure, socket and driver errors are classified", () => {
  const retries = {
    ECONNREFUSED: "now",
    ECONNRESET: "now",
    EPIPE: "now",
    ENOTFOUND: "now",
    EAI_AGAIN: "now",
    ETIMEDOUT: "later",
    EHOSTUNREACH: "later",
    ERR_TLS_CERT_ALTNAME_INVALID: "never",
  };
  for (const [code, retry] of Object.entries(retries)) {
    const thrown = Object.assign(new Error("it said so"), { code });
    assertEquals(classify(thrown), [retry, false, true], code);
    assertEquals(classify(thrown, false), [retry, true, true], code);
  }
  const messages = {
    "Connection terminated unexpectedly": "now",
    "Connection terminated due to connection timeout": "later",
    "Query read timeout": "later",
    "timeout expired": "later",
    "The server does not support SSL connections": "never",
  };
  for (const [message, retry] of Object.entries(messages)) {
    assertEquals(classify(new Error(message)), [retry, false, true], message);
  }
  assertEquals(classify(undefined), ["never", false, true]);
});

Deno.test("PostgresFailure keeps the message and the code, but no row data", () => {
  const failure = new PostgresFailure(makeServerError("23505"), { isSent: true });
  assertEquals(failure.message, "it said so (SQLSTATE 23505)");
  const full = new PostgresFailure(makeServerError("53100"), { isSent: true });
  assertEquals(full.message, "the disk of the server is full: it said so (SQLSTATE 53100)");
  assertEquals([full.code, full.name], ["53100", "PostgresFailure"]);
  assertEquals(Deno.inspect(full, { depth: 9, showHidden: true }).includes("secret"), false);
});
