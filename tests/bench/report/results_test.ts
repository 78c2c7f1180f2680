import { assert, assertEquals, assertFalse, assertThrows } from "@std/assert";
import { readResults } from "../../../bench/report/results.ts";
import { sampleBench, sampleFigure, samplePeer, sampleReport, sampleResults } from "./fixture.ts";

/** Returns the message for an invalid text. */
function messageFor(source: string): string {
  return assertThrows(() => readResults(source, "old.json"), Error).message;
}

/** Returns the message for a run with invalid parts. */
function messageForRun(part: Readonly<Record<string, unknown>>): string {
  return messageFor(JSON.stringify({ ...sampleReport(), ...part }));
}

Deno.test("readResults() reads all written results", () => {
  const results = sampleReport();
  assertEquals(readResults(JSON.stringify(results), "x"), results);
});

Deno.test("readResults() omits frameworks that were not measured", () => {
  assertFalse("peers" in readResults(JSON.stringify(sampleResults()), "x"));
});

Deno.test("readResults() omits unknown properties", () => {
  const more = { ...sampleResults(), weather: "fine" };
  assertEquals(readResults(JSON.stringify(more), "x"), sampleResults());
});

Deno.test("readResults() rejects a text that is not JSON", () => {
  for (const source of ["", "{", "measured"]) {
    assertEquals(
      messageFor(source),
      "Cannot use old.json: it is not JSON: expected a file that --output wrote",
    );
  }
});

Deno.test("readResults() rejects a value that is not an object", () => {
  for (const source of ["null", "3", '"text"']) {
    const message = messageFor(source);
    assert(message.startsWith("Cannot use old.json: its content is invalid ("), message);
  }
});

Deno.test("readResults() rejects another version", () => {
  assertEquals(
    messageForRun({ version: 2 }),
    "Cannot use old.json: version is invalid (Invalid type: Expected 1 but received 2): " +
      "expected a file that --output wrote",
  );
});

Deno.test("readResults() names the invalid or missing part", () => {
  const [setting, budget] = [sampleResults().setting, { kind: "in all", limit: 1 }];
  for (
    const [part, place] of [
      [{ version: undefined }, "version"],
      [{ setting: { ...setting, date: 4 } }, "setting.date"],
      [{ setting: { ...setting, commands: [1] } }, "setting.commands.0"],
      [{ figures: undefined }, "figures"],
      [{ figures: [sampleFigure(), { ...sampleFigure(), unit: "years" }] }, "figures.1.unit"],
      [{ figures: [sampleFigure({ minimum: NaN })] }, "figures.0.minimum"],
      [{ figures: [{ ...sampleFigure(), budget }] }, "figures.0.budget.kind"],
      [{ figures: [{ ...sampleFigure(), floor: null }] }, "figures.0.floor"],
      [{ benches: [{ ...sampleBench(), isFloor: undefined }] }, "benches.0.isFloor"],
      [{ peers: [{ ...samplePeer(), calls: [{}] }] }, "peers.0.calls.0.messages"],
      [{ peers: null }, "peers"],
    ] as const
  ) {
    const message = messageForRun(part);
    assert(message.startsWith(`Cannot use old.json: ${place} is invalid (`), message);
  }
});

Deno.test("readResults() throws a message of one line, for any content", () => {
  assertFalse(messageForRun({ version: "1\n2" }).includes("\n"));
});
