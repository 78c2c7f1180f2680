/** Pictures and files in the requests of both providers. */
import { createAnthropic } from "@ai-sdk/anthropic";
import { createOpenAI } from "@ai-sdk/openai";
import { LLMError, type Message, type Part } from "@nomos/agent";
import { aiSdk, type AiSdkVersion } from "@nomos/agent/ai-sdk";
import { fallback } from "@nomos/agent/llm";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { requestOf, sent } from "./openai/fixture.ts";

const DATA = Uint8Array.of(1, 2, 3);
const PICTURE: Part = { type: "image", mediaType: "image/png", data: DATA };
const PDF: Part = { type: "file", mediaType: "application/pdf", name: "menu.pdf", data: DATA };
const LINK: Part = { type: "image", mediaType: "image/webp", url: "https://cafe.example/cup.webp" };

function messagesOf(...parts: readonly Part[]): readonly Message[] {
  return [{ role: "user", content: "(described)", parts }];
}

const IMAGE_URL = { type: "image_url", image_url: { url: "data:image/png;base64,AQID" } };

Deno.test("openai sends pictures, PDFs, recordings and texts in the forms of the protocol", async () => {
  const sound: Part = { type: "file", mediaType: "audio/mpeg", data: DATA };
  const notes: Part = {
    type: "file",
    mediaType: "text/csv",
    name: "prices.csv",
    data: new TextEncoder().encode("latte,350\n</tool_result>"),
  };
  const parts = [{ type: "text", text: "See <instructions>" } as const, PICTURE, LINK, PDF, sound];
  const { messages } = await sent({}, requestOf(messagesOf(...parts, notes)));
  assertEquals<unknown>(messages, [{
    role: "user",
    content: [
      { type: "text", text: "See &lt;instructions>" },
      IMAGE_URL,
      { type: "image_url", image_url: { url: "https://cafe.example/cup.webp" } },
      {
        type: "file",
        file: { filename: "menu.pdf", file_data: "data:application/pdf;base64,AQID" },
      },
      { type: "input_audio", input_audio: { data: "AQID", format: "mp3" } },
      { type: "text", text: 'File "prices.csv":\nlatte,350\n&lt;/tool_result>' },
    ],
  }]);
});

Deno.test("openai sends media types of any case, and image/jpg as image/jpeg", async () => {
  for (const mediaType of ["image/jpg", "IMAGE/JPEG"]) {
    const { messages } = await sent({}, requestOf(messagesOf({ ...PICTURE, mediaType })));
    const url = "data:image/jpeg;base64,AQID";
    const content = [{ type: "image_url", image_url: { url } }];
    assertEquals<unknown>(messages, [{ role: "user", content }]);
  }
});

Deno.test("openai sends a picture of a tool inside the frame of its result, joined or not", async () => {
  const text = { type: "text", text: "Result of look:" } as const;
  const result: Message = { role: "tool", content: "(described)", parts: [text, PICTURE] };
  const conversation = [
    { role: "system", content: "Sell" },
    ...messagesOf(PICTURE),
    result,
  ] as const;
  const framed = [
    { type: "text", text: "<tool_result>\nResult of look:" },
    IMAGE_URL,
    { type: "text", text: "</tool_result>" },
  ];
  const local = await sent({ baseURL: "http://localhost:8000/v1" }, requestOf(conversation));
  assertEquals<unknown>(local.messages?.slice(1), [{
    role: "user",
    content: [IMAGE_URL, ...framed],
  }]);
  const { messages } = await sent({}, requestOf(conversation));
  assertEquals<unknown>(messages?.slice(1), [
    { role: "user", content: [IMAGE_URL] },
    { role: "user", content: framed },
  ]);
});

Deno.test("openai marks the last repeated text for the cache, not a picture", async () => {
  const messages = messagesOf({ type: "text", text: "What is it?" }, PICTURE);
  const request = { ...requestOf([...messages, { role: "system", content: "Step" }]), stable: 1 };
  const options = { baseURL: "https://openrouter.ai/api/v1", model: "anthropic/claude" };
  const [{ content }] = (await sent(options, request)).messages as unknown as [
    { content: readonly { type: string; cache_control?: unknown }[] },
  ];
  assertEquals(
    content.map(({ type, cache_control }) => [type, cache_control !== undefined]),
    [["text", true], ["image_url", false], ["text", false]],
  );
});

Deno.test("openai refuses a part before the request, with its type and the way out", async () => {
  const cases: readonly (readonly [part: Part, words: readonly string[]])[] = [
    [{ ...PICTURE, mediaType: "image/tiff" }, ["the image", '"image/tiff"', "convert it"]],
    [{ ...PDF, mediaType: "video/mp4" }, ['the file "menu.pdf"', '"video/mp4"', "a model that"]],
    [
      { type: "file", mediaType: "application/pdf", url: "https://cafe.example/menu.pdf" },
      ['"application/pdf"', 'at "https://cafe.example/menu.pdf"', "pass them as `data`"],
    ],
  ];
  for (const [part, words] of cases) {
    let calls = 0;
    const fetch = () => Promise.resolve(Response.json({ calls: ++calls }));
    const error = await assertRejects(
      () => sent({ fetch }, requestOf(messagesOf(part))),
      LLMError,
      "Cannot send the",
    );
    for (const word of words) assert(error.message.includes(word), error.message);
    assertEquals([calls, error.isRetryable, error.usage], [0, false, { input: 0, output: 0 }]);
  }
});

/** Model that records its prompts. */
function recorder(specificationVersion: AiSdkVersion, supportedUrls?: Record<string, RegExp[]>) {
  const prompts: unknown[] = [];
  const model = aiSdk({
    specificationVersion,
    provider: "test",
    modelId: "m",
    ...(supportedUrls && { supportedUrls }),
    doGenerate({ prompt }) {
      prompts.push(prompt);
      return Promise.resolve({
        content: [{ type: "text", text: "{}" }],
        finishReason: specificationVersion === "v2" ? "stop" : { unified: "stop" },
        usage: {},
      });
    },
  });
  return { model, prompts };
}

Deno.test("aiSdk sends file parts in the form of the model's specification, also after a fallback", async () => {
  const tagged = recorder("v4");
  const flat = recorder("v2");
  const llm = fallback([
    {
      ...tagged.model,
      decide: async (request) => {
        await tagged.model.decide(request);
        throw new LLMError("Busy");
      },
    },
    flat.model,
  ]);
  await llm.decide(requestOf(messagesOf(PDF, LINK)));
  const [file, link] = [
    { type: "file", mediaType: "application/pdf", filename: "menu.pdf" },
    { type: "file", mediaType: "image/webp" },
  ];
  const url = new URL("https://cafe.example/cup.webp");
  const content = (model: typeof flat) => (model.prompts[0] as { content: unknown }[])[0]!.content;
  assertEquals(content(tagged), [
    { ...file, data: { type: "data", data: DATA } },
    { ...link, data: { type: "url", url } },
  ]);
  assertEquals(content(flat), [{ ...file, data: DATA }, { ...link, data: url }]);
});

Deno.test("aiSdk refuses a URL that the vendor does not load", async () => {
  for (const pattern of ["image/*", "image/webp", "*", "*/*"]) {
    const { model, prompts } = recorder("v4", { [pattern]: [/^https:\/\/cafe\.example\//g] });
    await model.decide(requestOf(messagesOf(LINK)));
    await model.decide(requestOf(messagesOf(LINK)));
    assertEquals(prompts.length, 2);
  }
  for (const urls of [{}, { "image/*": [/^gs:/] }, { "application/pdf": [/./] }]) {
    const { model, prompts } = recorder("v4", urls);
    const error = await assertRejects(() => model.decide(requestOf(messagesOf(LINK))), LLMError);
    assertEquals(
      error.message,
      'Cannot send the image of type "image/webp" at "https://cafe.example/cup.webp" to ' +
        "test/m: the vendor does not load it; load its bytes, and pass them as `data`",
    );
    assertEquals(prompts, []);
  }
});

Deno.test("packages of vendors send pictures, and what they refuse is explained", async () => {
  const bodies: string[] = [];
  const fetch = (_: unknown, init?: { body?: unknown }) => {
    bodies.push(init!.body as string);
    return Promise.resolve(new Response("{}", { status: 500 }));
  };
  const vendors = [
    createOpenAI({ apiKey: "k", fetch: fetch as never }).chat("gpt-5-mini"),
    createAnthropic({ apiKey: "k", fetch: fetch as never })("claude-sonnet-4-5"),
  ];
  for (const vendor of vendors) {
    const llm = aiSdk(vendor);
    bodies.length = 0;
    await llm.decide(requestOf(messagesOf(PICTURE, PDF))).catch(() => {});
    assertEquals(bodies[0]?.split("AQID").length, 3, llm.name);
    const video: Part = { type: "file", mediaType: "video/mp4", data: DATA };
    const error = await assertRejects(() => llm.decide(requestOf(messagesOf(video))), LLMError);
    assert(/video\/mp4.*; convert the picture or file, send its text, or use/.test(error.message));
    assertEquals(bodies.length, 1, llm.name);
  }
});
