import { assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import {
  parseServerSentEvents,
  type ServerSentEvent,
} from "../../src/provider/server_sent_events.ts";

const encoder = new TextEncoder();

/** Byte stream that records how many chunks were read, and if it was closed. */
class Source {
  taken = 0;
  isClosed = false;
  readonly #pieces: readonly Uint8Array[];

  constructor(pieces: readonly Uint8Array[]) {
    this.#pieces = pieces;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, void> {
    try {
      for (const piece of this.#pieces) {
        this.taken++;
        yield await Promise.resolve(piece);
      }
    } finally {
      this.isClosed = true;
    }
  }
}

function read(...pieces: readonly (string | Uint8Array)[]): Promise<ServerSentEvent[]> {
  const bytes = pieces.map((piece) => typeof piece === "string" ? encoder.encode(piece) : piece);
  return Array.fromAsync(parseServerSentEvents(new Source(bytes)));
}

function whole(...data: readonly string[]): ServerSentEvent[] {
  return data.map((data) => ({ data, isComplete: true }));
}

Deno.test("parseServerSentEvents() yields the data of each event", async () => {
  assertEquals(await read("data: a\n\ndata: b\n\n"), whole("a", "b"));
});

Deno.test("parseServerSentEvents() accepts CR, LF and CRLF as line ends", async () => {
  for (const end of ["\n", "\r", "\r\n"]) {
    const text = ["data: a", "data: b", "", "data: c", "", ""].join(end);
    assertEquals(await read(text), whole("a\nb", "c"), JSON.stringify(end));
  }
  assertEquals(await read("data: a\r", "\n\r", "\ndata: b\r\r"), whole("a", "b"));
  assertEquals(await read("data: a\r", "\ndata: b\n\n"), whole("a\nb"));
  assertEquals(await read("data: a\r", "", "\n", "\n"), whole("a"));
});

Deno.test("parseServerSentEvents() strips one leading space", async () => {
  assertEquals(await read("data:a\n\ndata:  b \n\n"), whole("a", " b "));
});

Deno.test("parseServerSentEvents() skips comments, other fields, and events without data", async () => {
  const text =
    ": keep-alive\n\n:\n\nevent: x\nid: 1\nretry: 5\n\ndatax: b\n\nDATA: c\n\ndata: a\n\n";
  assertEquals(await read(text), whole("a"));
});

Deno.test("parseServerSentEvents() distinguishes empty data from no data", async () => {
  assertEquals(await read("data\n\ndata:\ndata\n\n\n\n"), whole("", "\n"));
});

Deno.test("parseServerSentEvents() skips one byte-order mark at the beginning", async () => {
  const mark = new Uint8Array([0xef, 0xbb, 0xbf]);
  assertEquals(await read(mark, "data: a\n\n"), whole("a"));
  assertEquals(await read(mark.slice(0, 1), mark.slice(1), "data: a\n\n"), whole("a"));
  assertEquals(await read("data: a\n\n", mark, "data: b\n\n"), whole("a"));
});

Deno.test("parseServerSentEvents() decodes characters that span two chunks", async () => {
  const bytes = encoder.encode("data: é😀\n\n");
  for (let cut = 0; cut <= bytes.length; cut++) {
    assertEquals(await read(bytes.slice(0, cut), bytes.slice(cut)), whole("é😀"));
  }
});

Deno.test("parseServerSentEvents() yields an unterminated last event, and marks it incomplete", async () => {
  const rest = { data: "b", isComplete: false };
  assertEquals(await read("data: a\n\ndata: b"), [...whole("a"), rest]);
  assertEquals(await read("data: a\n\ndata: b\n"), [...whole("a"), rest]);
  assertEquals(await read("data: a\n\ndat"), whole("a"));
});

Deno.test("parseServerSentEvents() throws for an event that is too long", async () => {
  const endless = (piece: string) =>
    parseServerSentEvents(new Source(Array(20).fill(encode(piece))), 30);
  for (const piece of ["data: a", "data: a\n", ": a"]) {
    await assertRejects(
      () => Array.fromAsync(endless(piece)),
      RangeError,
      "Cannot read a server-sent event: expected at most 30 characters",
    );
  }
  assertEquals((await Array.fromAsync(endless("data: a\n\n"))).length, 20);
});

Deno.test("parseServerSentEvents() does not read ahead, and closes its source", async () => {
  const source = new Source(["data: a\n\ndata: b\n\n", "data: c\n\n", "data: d\n\n"].map(encode));
  const events = parseServerSentEvents(source);
  assertEquals(source.taken, 0);
  await events.next();
  await events.next();
  assertEquals(source.taken, 1);
  await events.next();
  assertEquals([source.taken, source.isClosed], [2, false]);
  await events.return();
  assertEquals([source.taken, source.isClosed], [2, true]);
});

/** Reference implementation of the specification, for a complete text. */
function parseByReference(text: string): string[] {
  const events: string[] = [];
  let data: string[] = [];
  const lines = text.replace(/^\ufeff/, "").split(/\r\n|\r|\n/);
  for (const line of lines.slice(0, -1)) {
    if (line === "") {
      if (data.length > 0) events.push(data.join("\n"));
      data = [];
      continue;
    }
    const [field, ...rest] = line.split(":");
    if (field === "data") data.push(rest.join(":").replace(/^ /, ""));
  }
  return events;
}

const streams = fc.array(
  fc.constantFrom("data", "data:", " ", ": ", "\n", "\r", "\r\n", "é", "😀", "x", "id", "\ufeff"),
  { maxLength: 40 },
).map((parts) => encoder.encode(parts.join("")));

Deno.test("parseServerSentEvents() yields what the specification says, regardless of chunk boundaries", async () => {
  await fc.assert(
    fc.asyncProperty(
      streams,
      fc.array(fc.nat(120), { maxLength: 12 }),
      async (bytes, places) => {
        const cuts = [0, ...places.filter((place) => place < bytes.length), bytes.length];
        cuts.sort((a, b) => a - b);
        const pieces = cuts.slice(1).map((cut, index) => bytes.slice(cuts[index], cut));
        const events = await read(...pieces);
        assertEquals(events, await read(bytes));
        assertEquals(
          events.filter(({ isComplete }) => isComplete).map(({ data }) => data),
          parseByReference(new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes)),
        );
      },
    ),
    { numRuns: 500 },
  );
});

function encode(text: string): Uint8Array {
  return encoder.encode(text);
}
