import { assertEquals, assertThrows } from "@std/assert";
import { readCpuProfile } from "../../../src/profile/functions/cpu_profile.ts";
import { sampleProfile } from "../fixture.ts";

Deno.test("readCpuProfile reads what V8 writes", () => {
  assertEquals(readCpuProfile(JSON.stringify(sampleProfile())), sampleProfile());
});

Deno.test("readCpuProfile rejects text that is not a profile", () => {
  assertThrows(() => readCpuProfile("nodes"), SyntaxError, "expected JSON");
  assertThrows(() => readCpuProfile("{}"), SyntaxError, 'expected another value at "nodes"');
  assertThrows(
    () => readCpuProfile('{"nodes":[{"id":1}]}'),
    SyntaxError,
    'expected another value at "nodes.0.callFrame"',
  );
});

Deno.test("readCpuProfile rejects an inconsistent profile", () => {
  const profile = sampleProfile();
  const unknown = { ...profile, samples: profile.samples.with(0, 99) };
  assertThrows(() => readCpuProfile(JSON.stringify(unknown)), SyntaxError, "node with id 99");
  const short = { ...profile, timeDeltas: [1] };
  assertThrows(
    () => readCpuProfile(JSON.stringify(short)),
    SyntaxError,
    "10 time deltas, one per sample, but it has 1",
  );
});
