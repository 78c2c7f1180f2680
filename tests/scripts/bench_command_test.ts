import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import { USAGE } from "../../bench/report/options.ts";
import { readResults, type Results } from "../../bench/report/results.ts";
import { inTemporaryFolder } from "../../scripts/child.ts";
import { sampleFigure, samplePeer, sampleReport, sampleResults } from "../bench/report/fixture.ts";
import { runScript, type ScriptResult } from "./run_script.ts";

/** Runs a script without permission to start processes, so that it cannot measure. */
function run(script: string, ...args: string[]): Promise<ScriptResult> {
  return runScript(script, ["--allow-read", "--allow-write"], args);
}

/** Writes results into a folder. Returns the path. */
async function write(folder: URL, name: string, results: Results | string): Promise<string> {
  const path = new URL(name, folder);
  await Deno.writeTextFile(path, typeof results === "string" ? results : JSON.stringify(results));
  return fileURLToPath(path);
}

/** Asserts that a command only printed one line of error. Returns it. */
function assertOneLine({ code, out, errors }: ScriptResult, expected: number): string {
  assertEquals([code, out], [expected, ""], errors);
  assertEquals(errors.match(/\n/g)?.length, 1, errors);
  return errors.trimEnd();
}

/** Makes a run with one figure, in microseconds. */
function makeRun(minimum: number): Results {
  return sampleResults({ figures: [sampleFigure({ minimum })], benches: [] });
}

Deno.test("bench prints its usage on --help", async () => {
  assertEquals(await run("bench", "--help"), { code: 0, out: USAGE, errors: "" });
});

Deno.test("bench exits with 2 and one line on wrong flags", async () => {
  for (
    const [args, message] of [
      [["--rounds", "no"], 'Cannot use "no" for --rounds: expected a whole number from 1'],
      [["--noise", "x"], 'Cannot use "x" for --noise: expected a number of per cent from 0'],
      [["--frobnicate"], 'Cannot use "--frobnicate": expected a flag that --help lists'],
    ] as const
  ) assertEquals(assertOneLine(await run("bench", ...args), 2), message);
});

Deno.test("bench prints the tables of --from, including missed budgets", async () => {
  await inTemporaryFolder(async (folder) => {
    const path = await write(folder, "run.json", sampleReport());
    const { code, out, errors } = await run("bench", "--from", path);
    assertEquals([code, errors], [0, ""]);
    const tables = out.split("\n\n").map((table) => table.trimEnd().split("\n"));
    assertEquals(tables.map((lines) => lines.length), [3, 7, 4]);
    assertEquals(tables.map(([head]) => head!.trim().split(/ {2,}/).at(-1)), [
      "benchmark",
      "figure",
      "framework",
    ]);
    assertStringIncludes(out, "+ 15.0 ms  over  importing mod.ts\n");
  });
});

Deno.test("bench omits the table of frameworks that were not measured", async () => {
  await inTemporaryFolder(async (folder) => {
    const path = await write(folder, "run.json", sampleResults());
    const { out } = await run("bench", "--from", path);
    assertEquals(out.split("\n\n").length, 2);
    assert(out.endsWith("importing mod.ts\n"));
  });
});

Deno.test("bench --against exits with 1 if something is worse beyond the noise", async () => {
  await inTemporaryFolder(async (folder) => {
    const [old, now] = [
      await write(folder, "old.json", makeRun(100)),
      await write(folder, "now.json", makeRun(140)),
    ];
    const { code, out, errors } = await run("bench", "--from", now, "--against", old);
    assertEquals([code, errors], [1, ""]);
    assertEquals(out.split("\n"), [
      "before   after  ratio         figure",
      "100 µs  140 µs   1.40  worse  a turn",
      "",
      "1 of 1 figures worse by more than the noise",
      "",
    ]);
  });
});

Deno.test("bench --against exits with 0 if nothing is worse beyond the noise", async () => {
  await inTemporaryFolder(async (folder) => {
    const old = await write(folder, "old.json", makeRun(100));
    const [slower, faster] = [
      await write(folder, "slower.json", makeRun(140)),
      await write(folder, "faster.json", makeRun(10)),
    ];
    const loose = await run("bench", "--from", slower, "--against", old, "--noise", "40");
    const better = await run("bench", "--from", faster, "--against", old);
    for (const { code, out, errors } of [loose, better]) {
      assertEquals([code, errors], [0, ""]);
      assert(out.endsWith("\nNothing worse by more than the noise\n"), out);
    }
    assertStringIncludes(better.out, "better");
  });
});

Deno.test("bench --output writes a file that --from reads", async () => {
  await inTemporaryFolder(async (folder) => {
    const path = await write(folder, "run.json", sampleReport());
    const copy = new URL("copy.json", folder);
    const first = await run("bench", "--from", path, "--output", fileURLToPath(copy));
    assertEquals(readResults(await Deno.readTextFile(copy), "copy"), sampleReport());
    assertEquals(await run("bench", "--from", fileURLToPath(copy)), first);
  });
});

Deno.test("bench compares with the content of a file before --output replaces it", async () => {
  await inTemporaryFolder(async (folder) => {
    const [old, now] = [
      await write(folder, "old.json", makeRun(100)),
      await write(folder, "now.json", makeRun(200)),
    ];
    const { code } = await run("bench", "--from", now, "--against", old, "-o", old);
    assertEquals(code, 1);
    assertEquals(readResults(await Deno.readTextFile(old), "old"), makeRun(200));
  });
});

Deno.test("bench exits with 1 and one line if a file is missing", async () => {
  await inTemporaryFolder(async (folder) => {
    const missing = fileURLToPath(new URL("missing.json", folder));
    const path = await write(folder, "run.json", sampleResults());
    for (const args of [["--from", missing], ["--from", path, "--against", missing]]) {
      const line = assertOneLine(await run("bench", ...args), 1);
      assert(line.startsWith(`Cannot read ${missing}: `), line);
    }
  });
});

Deno.test("bench exits with 1 and one line if a file is malformed", async () => {
  await inTemporaryFolder(async (folder) => {
    const path = await write(folder, "run.json", sampleResults());
    for (const [index, source] of ["{", '{ "version": 7 }', "[]"].entries()) {
      const wrong = await write(folder, `wrong_${index}.json`, source);
      for (const args of [["--from", wrong], ["--from", path, "--against", wrong]]) {
        const line = assertOneLine(await run("bench", ...args), 1);
        assert(line.startsWith(`Cannot use ${wrong}: `), line);
      }
    }
  });
});

Deno.test("bench rejects a file whose frameworks have different histories", async () => {
  await inTemporaryFolder(async (folder) => {
    const shorter = samplePeer({ calls: samplePeer().calls.slice(0, 2) });
    const peers = [samplePeer(), shorter];
    const path = await write(folder, "run.json", sampleResults({ peers }));
    const line = assertOneLine(await run("bench", "--from", path), 1);
    assert(line.startsWith(`Cannot use ${path}: `), line);
  });
});

Deno.test("bench writes nothing if a file is invalid", async () => {
  await inTemporaryFolder(async (folder) => {
    const wrong = await write(folder, "wrong.json", "{");
    const path = await write(folder, "run.json", sampleResults());
    const output = fileURLToPath(new URL("new.json", folder));
    await run("bench", "--from", path, "--against", wrong, "--output", output);
    const names = [...Deno.readDirSync(folder)].map(({ name }) => name);
    assertEquals(names.sort(), ["run.json", "wrong.json"]);
  });
});

Deno.test("bench:measure and bench:peers print their usage on --help", async () => {
  for (
    const [script, task, flag] of [
      ["measure", "bench:measure", "--filter TEXT"],
      ["bench_peers", "bench:peers", "--only NAMES"],
    ] as const
  ) {
    const { code, out, errors } = await run(script, "--help");
    assertEquals([code, errors], [0, ""]);
    assertStringIncludes(out, `\nUsage: deno task ${task} [flags]\n`);
    assertStringIncludes(out, flag);
  }
});

Deno.test("bench:measure exits with 2 and one line on a filter without matches", async () => {
  const line = assertOneLine(await run("measure", "--filter", "no such measure"), 2);
  assert(line.startsWith('Cannot use "no such measure" for --filter: expected part of '), line);
  assertStringIncludes(line, '"importing mod.ts"');
});

Deno.test("bench:measure exits with 2 and one line on wrong rounds", async () => {
  assertEquals(
    assertOneLine(await run("measure", "--rounds", "0"), 2),
    'Cannot use "0" for --rounds: expected a whole number from 1',
  );
});

Deno.test("bench:peers exits with 2 and one line on an unknown framework", async () => {
  const line = assertOneLine(await run("bench_peers", "--only", "nomos,no_such"), 2);
  assert(line.startsWith('Cannot use "no_such" for --only: expected some of nomos,'), line);
});

Deno.test("bench:peers exits with 2 and one line on wrong numbers", async () => {
  for (const flag of ["--rounds", "--milliseconds"]) {
    assertEquals(
      assertOneLine(await run("bench_peers", flag, "1.5"), 2),
      `Cannot use "1.5" for ${flag}: expected a whole number from 1`,
    );
  }
});
