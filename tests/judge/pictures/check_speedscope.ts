/**
 * Checks of the files for speedscope, by its schema and its page.
 *
 * @module
 */
import { type Schema, Validator } from "@cfworker/json-schema";
import type { Browser } from "puppeteer-core";
import schema from "speedscope/dist/release/file-format-schema.json" with { type: "json" };
import { makeSpeedscope } from "../../../src/profile/draw/speedscope.ts";
import type { TurnTimeline } from "../../../src/profile/draw/timeline.ts";
import type { Checks } from "./checks.ts";
import { openPage, saveScreenshot } from "./page.ts";

/** Folder of speedscope's built page. */
const RELEASE = new URL("./", import.meta.resolve("speedscope/dist/release/index.html"));

/** Opens the file of some turns in speedscope, and checks it. */
export async function checkSpeedscope(
  browser: Browser,
  name: string,
  turns: readonly TurnTimeline[],
  checks: Checks,
): Promise<void> {
  const file = makeSpeedscope(turns, name);
  const text = JSON.stringify(file);
  const { errors } = new Validator(schema as Schema, "7").validate(JSON.parse(text));
  checks.addEqual(errors.map(({ error }) => error), [], `${name}: errors of speedscope's schema`);

  const server = Deno.serve({ port: 0, hostname: "localhost", onListen() {} }, async (request) => {
    const path = new URL(request.url).pathname.slice(1);
    return path === "turns.json" ? new Response(text) : await serveFile(path);
  });
  const { page, problems } = await openPage(browser);
  try {
    const origin = `http://localhost:${server.addr.port}/`;
    await page.goto(`${origin}index.html#profileURL=${encodeURIComponent(`${origin}turns.json`)}`);
    await page.waitForFunction(`document.title.startsWith("${name}")`, { timeout: 10_000 });
    for (const index of file.profiles.keys()) {
      const shown = String(await page.evaluate("document.body.innerText"));
      const position = `(${index + 1}/${file.profiles.length})`;
      checks.add(shown.includes(position), `${name}: speedscope shows ${position}, but: ${shown}`);
      if (index === 1) await saveScreenshot(page, `${name}_speedscope`);
      await page.keyboard.press("n");
    }
    checks.addEqual(problems, [], `${name}: problems of speedscope's page`);
  } finally {
    await page.close();
    await server.shutdown();
  }
}

async function serveFile(path: string): Promise<Response> {
  const types = new Map([["html", "text/html"], ["js", "text/javascript"], ["css", "text/css"]]);
  const type = types.get(path.split(".").at(-1)!) ?? "application/octet-stream";
  const content = await Deno.readFile(new URL(path, RELEASE));
  return new Response(content, { headers: { "content-type": type } });
}
