import { IncrementalJson } from "../src/json/incremental_json.ts";
import { OutputPreview } from "../src/decision/output_preview.ts";

/** Cuts a text into chunks of so many characters. */
function chunksOf(text: string, size: number): readonly string[] {
  const count = Math.ceil(text.length / size);
  return Array.from({ length: count }, (_, index) => text.slice(index * size, (index + 1) * size));
}

const sentence = 'They asked for the "small" one,\nand we have it. ';
const decision = (response: string) =>
  JSON.stringify({
    reasoning: ["They want to know what there is", "The menu is known from the call before"],
    decision: { action: "RESPOND", response },
  });

/** A decision of so many characters. */
function decisionOf(length: number): string {
  const escaped = JSON.stringify(sentence).length - 2;
  const repeated = Math.floor((length - decision("").length) / escaped);
  const text = decision(sentence.repeat(repeated));
  return decision(sentence.repeat(repeated) + "!".repeat(length - text.length));
}

for (const [name, length, size] of [["400", 400, 4], ["1,000,000", 1_000_000, 4_000]] as const) {
  const group = `a decision of ${name} characters`;
  const text = decisionOf(length);
  const chunks = chunksOf(text, size);
  Deno.bench("bare JSON.parse of the whole", { group, baseline: true }, () => {
    JSON.parse(text);
  });
  Deno.bench(`a preview, by ${size.toLocaleString("en-US")} characters`, { group }, () => {
    const preview = new OutputPreview();
    for (const chunk of chunks) preview.push(chunk);
  });
  Deno.bench("nothing wanted, all at once", { group }, () => {
    const json = new IncrementalJson(() => false);
    json.push(text);
    if (json.end() !== undefined) throw new Error("Could not read the decision");
  });
}

const drink = { id: 1, price: 3.25, sizes: ["small", "large"], isHot: true, note: null };
const drinks = Array.from({ length: 13_000 }, (_, id) => ({ ...drink, id }));
/** Many short values, with white space up to the length. */
const list = `${JSON.stringify(drinks).slice(0, -1).padEnd(999_999)}]`;
const group = "a list of 1,000,000 characters";
const chunks = chunksOf(list, 4_000);
Deno.bench("bare JSON.parse of the whole", { group, baseline: true }, () => {
  JSON.parse(list);
});
for (const [name, isWanted] of [["the whole", true], ["nothing", false]] as const) {
  Deno.bench(`${name} wanted, by 4,000 characters`, { group }, () => {
    const json = new IncrementalJson(() => isWanted);
    for (const chunk of chunks) json.push(chunk);
  });
}
