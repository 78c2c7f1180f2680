/**
 * Pages of a browser.
 *
 * @module
 */
import type { Browser, Page } from "puppeteer-core";

const SCREENSHOTS = new URL("../screenshots/", import.meta.url);

/** Opens a page, whose errors, dialogs and requests to others are problems. */
export async function openPage(
  browser: Browser,
): Promise<{ readonly page: Page; readonly problems: readonly string[] }> {
  const page = await browser.newPage();
  const problems: string[] = [];
  page.on("pageerror", (error) => {
    problems.push(error instanceof Error ? error.message : String(error));
  });
  page.on("console", (message) => {
    if (message.type() === "error") problems.push(message.text());
  });
  page.on("dialog", async (dialog) => {
    problems.push(`dialog: ${dialog.message()}`);
    await dialog.dismiss();
  });
  page.on("requestfailed", (request) => void problems.push(`not loaded: ${request.url()}`));
  page.on("request", (request) => {
    const { protocol, hostname } = new URL(request.url());
    const isLocal = /^(?:file|data|blob):$/.test(protocol) || hostname === "localhost";
    if (!isLocal) problems.push(`asks another machine: ${request.url()}`);
  });
  return { page, problems };
}

/** Saves a screenshot of what a page shows. */
export async function saveScreenshot(page: Page, name: string): Promise<void> {
  await Deno.mkdir(SCREENSHOTS, { recursive: true });
  await Deno.writeFile(new URL(`${name}.png`, SCREENSHOTS), await page.screenshot());
}
