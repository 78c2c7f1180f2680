/**
 * Checks of the files for speedscope, by its schema and its page.
 *
 * @module
 */
import { type Schema, Validator } from "@cfworker/json-schema";
import type { Browser, Page } from "puppeteer-core";
import schema from "speedscope/dist/release/file-format-schema.json" with { type: "json" };
import { makeSpeedscope } from "../../../src/profile/draw/speedscope.ts";
import type { TurnTimeline } from "../../../src/profile/draw/timeline.ts";
import type { CpuProfile } from "../../../src/profile/functions/cpu_profile.ts";
import type { Checks } from "./checks.ts";
import { openPage, saveScreenshot } from "./page.ts";

/** Folder of speedscope's built page. */
const RELEASE = new URL("./", import.meta.resolve("speedscope/dist/release/index.html"));

/** Holds the file of some turns against the schema, and opens each of its profiles. */
export async function checkTurns(
  browser: Browser,
  name: string,
  turns: readonly TurnTimeline[],
  checks: Checks,
): Promise<void> {
  const text = makeSpeedscope(turns, name);
  const file = JSON.parse(text);
  const { errors } = new Validator(schema as Schema, "7").validate(file);
  checks.addEqual(errors.map(({ error }) => error), [], `${name}: errors of speedscope's schema`);
  await openInSpeedscope(browser, name, text, checks, async (page) => {
    for (const index of file.profiles.keys()) {
      const shown = String(await page.evaluate("document.body.innerText"));
      const position = `(${index + 1}/${file.profiles.length})`;
      checks.add(shown.includes(position), `${name}: speedscope shows ${position}, but: ${shown}`);
      if (index === 0) await saveScreenshot(page, `${name}_speedscope`);
      await page.keyboard.press("n");
    }
  });
}

/** Opens the `.cpuprofile` file of some functions. */
export async function checkFunctions(
  browser: Browser,
  name: string,
  profile: CpuProfile,
  checks: Checks,
): Promise<void> {
  await openInSpeedscope(browser, name, JSON.stringify(profile), checks, async (page) => {
    await saveScreenshot(page, `${name}_speedscope`);
  });
}

/** Opens a file in speedscope's page. Its name must be in the title of the page. */
async function openInSpeedscope(
  browser: Browser,
  name: string,
  text: string,
  checks: Checks,
  look: (page: Page) => Promise<void>,
): Promise<void> {
  const server = Deno.serve({ port: 0, hostname: "localhost", onListen() {} }, async (request) => {
    const path = new URL(request.url).pathname.slice(1);
    return path === name ? new Response(text) : await serveFile(path);
  });
  const { page, problems } = await openPage(browser);
  try {
    const origin = `http://localhost:${server.addr.port}/`;
    await page.goto(`${origin}index.html#profileURL=${encodeURIComponent(origin + name)}`);
    const isOpen = await page.waitForFunction(`document.title.startsWith("${name}")`)
      .then(() => true, () => false);
    checks.add(isOpen, `${name}: speedscope opens the file`);
    if (isOpen) await look(page);
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
