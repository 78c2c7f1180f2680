import { OutputPreview } from "../src/decision/output_preview.ts";
import { IncrementalJson } from "../src/json/incremental_json.ts";
import { benchGroup } from "./agents.ts";

/** Splits a text into chunks of `size` characters. */
function splitText(text: string, size: number): readonly string[] {
  const count = Math.ceil(text.length / size);
  return Array.from({ length: count }, (_, index) => text.slice(index * size, (index + 1) * size));
}

/** Makes the text of a decision with about `length` characters. */
function makeDecision(length: number): string {
  const sentence = 'They asked for the "small" one,\nand we have it. ';
  const response = sentence.repeat(Math.ceil(length / sentence.length));
  const reasoning = ["They want to know what there is", "The menu is known from the call before"];
  return JSON.stringify({ reasoning, decision: { action: "RESPOND", response } });
}

/** Parses chunks of a JSON text, and keeps all of it or nothing. */
function readJson(chunks: readonly string[], isWanted: boolean): void {
  const json = new IncrementalJson(() => isWanted);
  for (const chunk of chunks) json.push(chunk);
  if (json.fault !== undefined) throw new Error(`Cannot parse the text: ${json.fault}`);
}

for (const [name, length, size] of [["400", 250, 4], ["1,000,000", 1_000_000, 4_000]] as const) {
  const text = makeDecision(length);
  const chunks = splitText(text, size);
  benchGroup(`a decision of ${name} characters`, {
    "bare JSON.parse of the whole": () => void JSON.parse(text),
    [`a preview, by ${size.toLocaleString("en-US")} characters`]: () => {
      const preview = new OutputPreview();
      for (const chunk of chunks) preview.push(chunk);
    },
    "nothing wanted, all at once": () => readJson([text], false),
  });
}

const drink = { id: 1, price: 3.25, sizes: ["small", "large"], isHot: true, note: null };
const list = JSON.stringify(Array.from({ length: 13_000 }, (_, id) => ({ ...drink, id })));
const chunks = splitText(list, 4_000);
benchGroup("a list of 1,000,000 characters", {
  "bare JSON.parse of the whole": () => void JSON.parse(list),
  "the whole wanted, by 4,000 characters": () => readJson(chunks, true),
  "nothing wanted, by 4,000 characters": () => readJson(chunks, false),
});
