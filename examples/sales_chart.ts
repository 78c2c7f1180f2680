/**
 * An analyst who reads a file of the user, draws a chart and looks at it before answering.
 *
 * With a scripted model, which needs no network and no permission:
 *
 *     deno run examples/sales_chart.ts
 *
 * With gpt-5-mini of OpenAI, or the model that `OPENAI_MODEL` and `OPENAI_BASE_URL` name:
 *
 *     deno run --allow-env=OPENAI_API_KEY,OPENAI_MODEL,OPENAI_BASE_URL \
 *       --allow-net=api.openai.com examples/sales_chart.ts --real
 *
 * @module
 */
import {
  Agent,
  decide,
  type FilePart,
  type ImagePart,
  type LLM,
  MockLLM,
  Tool,
} from "@nomos/agent";
import { openai } from "@nomos/agent/openai";
import * as v from "valibot";

const drawChart = new Tool({
  name: "draw_chart",
  description: "Draw a bar chart of up to 12 numbers, which you then see",
  args: v.object({
    bars: v.pipe(v.array(v.pipe(v.number(), v.minValue(0))), v.minLength(1), v.maxLength(12)),
  }),
  // A result may be a picture. The model sees it, and the log keeps it.
  run: async ({ bars }): Promise<ImagePart> => {
    return { type: "image", mediaType: "image/png", data: await drawBars(bars) };
  },
});

/** Creates the analyst. */
export function createAnalyst(llm: LLM): Agent {
  return new Agent({
    name: "analyst",
    llm,
    start: "analyze",
    steps: {
      analyze: {
        description: "Read the user's file, draw its numbers, and say what the chart shows",
        tools: [drawChart],
      },
    },
  });
}

/** File of the user. */
export const SALES: FilePart = {
  type: "file",
  mediaType: "text/csv",
  name: "sales.csv",
  data: new TextEncoder().encode("month,sales\nseptember,120\noctober,135\nnovember,410\n"),
};

const [HEIGHT, BAR_WIDTH] = [64, 16];

/** Draws bars as a PNG: black on white, one byte for each pixel. */
async function drawBars(bars: readonly number[]): Promise<Uint8Array> {
  const width = bars.length * BAR_WIDTH;
  const highest = Math.max(1, ...bars);
  const rows = new Uint8Array(HEIGHT * (width + 1));
  for (let y = 0; y < HEIGHT; y++) {
    for (let x = 0; x < width; x++) {
      const height = bars[Math.floor(x / BAR_WIDTH)]! / highest * HEIGHT;
      const isBar = x % BAR_WIDTH > 2 && HEIGHT - y <= height;
      rows[y * (width + 1) + 1 + x] = isBar ? 0 : 255;
    }
  }
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, HEIGHT);
  header[8] = 8; // bits of a pixel, in gray
  const compressed = new Blob([rows]).stream().pipeThrough(new CompressionStream("deflate"));
  return Uint8Array.from([
    ...[137, 80, 78, 71, 13, 10, 26, 10],
    ...pngChunk("IHDR", header),
    ...pngChunk("IDAT", new Uint8Array(await new Response(compressed).arrayBuffer())),
    ...pngChunk("IEND", new Uint8Array()),
  ]);
}

function pngChunk(type: string, data: Uint8Array): Uint8Array {
  const chunk = new Uint8Array(12 + data.length);
  const view = new DataView(chunk.buffer);
  view.setUint32(0, data.length);
  chunk.set(new TextEncoder().encode(type), 4);
  chunk.set(data, 8);
  view.setUint32(8 + data.length, crc32(chunk.subarray(4, 8 + data.length)));
  return chunk;
}

function crc32(bytes: Uint8Array): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? crc >>> 1 ^ 0xedb88320 : crc >>> 1;
  }
  return ~crc >>> 0;
}

/** Plays one question. */
async function play(llm: LLM): Promise<void> {
  const text = "What happened this autumn?";
  console.log(`User: ${text} [${SALES.name}]`);
  const turn = await createAnalyst(llm).createSession().next([{ type: "text", text }, SALES]);
  for (const { tool, text } of turn.toolResults) console.log(`  [${tool}] ${text}`);
  console.log(`Analyst: ${turn.response}`);
}

/** Returns a model that makes these decisions. */
function scriptedModel(): MockLLM {
  return new MockLLM([
    decide.call("draw_chart", { bars: [120, 135, 410] }),
    decide.respond("Sales were steady until October, and tripled in November."),
  ]);
}

function realModel(): LLM {
  const model = Deno.env.get("OPENAI_MODEL") ?? "gpt-5-mini";
  return openai({ model, baseURL: Deno.env.get("OPENAI_BASE_URL") ?? "https://api.openai.com/v1" });
}

if (import.meta.main) {
  await play(Deno.args.includes("--real") ? realModel() : scriptedModel());
}
