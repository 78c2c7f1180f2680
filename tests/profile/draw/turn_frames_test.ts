import { assertEquals, assertFalse, assertStringIncludes } from "@std/assert";
import { type Frame, layOutFrames } from "../../../src/profile/draw/frame.ts";
import { drawTurns, makeTurnFrames } from "../../../src/profile/draw/turn_frames.ts";
import { makeSegments, sampleTurns } from "./sample_turns.ts";
import { readTags } from "./xml_tags.ts";

/** Writes a frame and those within it, one a line, with the start and the duration. */
function write(frame: Frame): string[] {
  return layOutFrames(frame, "time").map(({ name, detail, level, start, time }) =>
    `${"  ".repeat(level)}${name}${detail ? ` (${detail})` : ""} ${start / 1e3}+${time / 1e3}`
  );
}

Deno.test("makeTurnFrames() shows the model calls of a turn, their segments and parallel calls", () => {
  assertEquals(makeTurnFrames(sampleTurns()).flatMap(write), [
    "1 Hello 0+10",
    "  greet (model call 1) 0+10",
    "    first token (gpt) 0+6",
    "    generation (gpt) 6+4",
    "2 A latte & <b>an espresso</b> 10+100",
    "  order 10+2",
    "    open turn (framework) 10+1",
    "    claim (commit) 11+1",
    "  order (model call 1) 12+70",
    "    first token (gpt) 12+20",
    "    generation (gpt) 32+10",
    "    ask_chef (tool) 42+38",
    "    append (commit) 80+2",
    "  order (model call 2) 82+28",
    "    first token (gpt) 82+18",
    "    generation (gpt) 100+10",
    "      get_menu (tool) 42+18",
    "        ask_chef (tool) 42+38",
    "          cook (chef, model call 1) 43+35",
    "            first token (small) 43+20",
    "            generation (small) 63+15",
  ]);
});

Deno.test("makeTurnFrames() shows an answer as one frame, with what interrupts it within", () => {
  const segments = makeSegments(0, [
    ["first token", "gpt", 5],
    ["generation", "gpt", 2],
    ["framework", "read answer", 1],
    ["generation", "gpt", 2],
    ["reader", "stream", 3],
    ["generation", "gpt", 2],
    ["framework", "act", 1],
    ["first token", "spare", 4],
    ["generation", "spare", 4],
  ]);
  const [turn] = makeTurnFrames([{ input: "Hi", wall: 24, segments }]);
  assertEquals(write(turn!).slice(2), [
    "    first token (gpt) 0+5",
    "    generation (gpt) 5+10",
    "      read answer (framework) 7+1",
    "      stream (reader) 10+3",
    "    act (framework) 15+1",
    "    first token (spare) 16+4",
    "    generation (spare) 20+4",
  ]);
  const answer = layOutFrames(turn!, "time").find(({ name }) => name === "generation");
  assertEquals(answer!.self, 6_000);
});

Deno.test("drawTurns() draws turns in order of time, in groups by what they wait for", () => {
  const svg = drawTurns(sampleTurns(), { title: "barista", subtitle: "2 turns" });
  readTags(svg);
  const legend = [...svg.matchAll(/fill="#333">([^<]*)</g)].map(([, name]) => name);
  assertEquals(legend, ["first token", "generation", "tool", "commit", "framework"]);
  assertFalse(svg.includes("native"));
  assertStringIncludes(
    svg,
    "<title>2 A latte &amp; &lt;b&gt;an espresso&lt;/b&gt;\n100 ms, 90.9 %; from 10.0 ms</title>",
  );
});

Deno.test("drawTurns() draws no turns, and turns without time", () => {
  readTags(drawTurns([], { title: "", subtitle: "" }));
  const svg = drawTurns([{ input: "", wall: 0, segments: [] }], { title: "", subtitle: "" });
  readTags(svg);
  assertFalse(svg.includes("NaN"));
});
