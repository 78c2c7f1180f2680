/**
 * Checks of a flame graph in a browser: that it is drawn as intended, and that a mouse and a
 * keyboard work.
 *
 * @module
 */
import type { Browser, Page } from "puppeteer-core";
import type { FrameOrder } from "../../../src/profile/draw/frame.ts";
import type { Checks } from "./checks.ts";
import { locateFrame, type SeenFrame, type SeenPicture, seePicture } from "./page_state.ts";
import { openPage, saveScreenshot } from "./page.ts";

/** Tolerance for borders, in units of the picture. */
const TOLERANCE = 0.1;

/** Opens a picture in the browser, and checks it. */
export async function checkFlameGraph(
  browser: Browser,
  name: string,
  svg: string,
  order: FrameOrder,
  checks: Checks,
): Promise<void> {
  const { page, problems } = await openPage(browser);
  const file = await Deno.makeTempFile({ suffix: ".svg" });
  try {
    await Deno.writeTextFile(file, svg);
    await page.goto(`file://${file}`);
    const parserError = await page.evaluate("document.querySelector('parsererror')?.textContent");
    checks.addEqual(parserError, undefined, `${name}: error of the parser`);
    if (parserError !== undefined) return;
    const picture = new FlameGraphPage(name, page, checks);
    await picture.checkDrawn(svg, order);
    await picture.checkHover();
    await picture.checkZoom();
    await picture.checkSearch();
    checks.addEqual(problems, [], `${name}: problems of its page`);
  } finally {
    await page.close();
    await Deno.remove(file);
  }
}

/** Page with a flame graph. */
class FlameGraphPage {
  readonly #name: string;
  readonly #page: Page;
  readonly #checks: Checks;

  constructor(name: string, page: Page, checks: Checks) {
    this.#name = name;
    this.#page = page;
    this.#checks = checks;
  }

  /** Checks the picture before anything is done to it. */
  async checkDrawn(svg: string, order: FrameOrder): Promise<void> {
    const seen = await this.#see();
    await saveScreenshot(this.#page, this.#name);
    const drawn = svg.matchAll(/<g class="frame"/g).toArray().length;
    this.#equal(seen.frames.length, drawn, "frames that the browser read");
    this.#equal(seen.overlaps, [], "texts of the heading that overlap");
    this.#checkFrames(seen, "at first");
    const [lowest, ...others] = seen.frames;
    this.#equal(lowest!.level, 0, "row of the first frame");
    const row = others.filter(({ level }) => level === 1).sort((a, b) => a.x - b.x);
    if (order === "time") {
      const numbers = row.map(({ name }) => Number.parseInt(name));
      this.#equal(numbers, numbers.toSorted((a, b) => a - b), "order of turns");
    } else {
      const widths = row.map(({ width }) => Math.round(width));
      this.#equal(widths, widths.toSorted((a, b) => b - a), "widths, the longest first");
    }
  }

  /** Checks that a frame under the mouse is described. */
  async checkHover(): Promise<void> {
    const { frames } = await this.#see();
    const target = this.#pick(frames, 2);
    await this.#moveTo(target);
    const { details } = await this.#see();
    const [first, ...rest] = frames[target]!.title.split("\n");
    this.#equal(details, `${first}: ${rest.join("\n")}`, "details of a frame under the mouse");
    await this.#page.mouse.move(5, 5);
    this.#equal((await this.#see()).details, " ", "details beside all frames");
  }

  /** Checks that a click zooms, also twice, and that the zoom can be reset. */
  async checkZoom(): Promise<void> {
    const before = await this.#see();
    const above = this.#pick(before.frames, 2);
    const { x: start } = before.frames[above]!;
    const below = before.frames.findIndex(({ level, x, width }) =>
      level === 1 && x <= start + TOLERANCE && x + width > start
    );
    for (const target of [below, above]) {
      await this.#moveTo(target);
      await this.#page.mouse.down();
      await this.#page.mouse.up();
      const zoomed = await this.#see();
      const { x, width, level } = zoomed.frames[target]!;
      this.#equal([Math.round(x), Math.round(width)], [12, 1175], "span of the clicked frame");
      this.#equal(zoomed.canReset, true, "the zoom can be reset");
      this.#checkFrames(zoomed, `zoomed to row ${level}`);
      const hidden = zoomed.frames.filter(({ shown }) => !shown).length;
      this.#checks.add(hidden > 0, `${this.#name}: a zoom hides what is beside the frame`);
    }
    await saveScreenshot(this.#page, `${this.#name}_zoomed`);
    await this.#page.click("#reset");
    const after = await this.#see();
    this.#equal(after.canReset, false, "the zoom was reset");
    const isSame = after.frames.every(({ x, width, shown, label }, index) => {
      const first = before.frames[index]!;
      return shown && Math.abs(x - first.x) < TOLERANCE &&
        Math.abs(width - first.width) < TOLERANCE && label === first.label;
    });
    this.#equal(isSame, true, "all frames and labels are as before the zoom");
  }

  /** Checks that a search finds what contains the text, and that Escape ends it. */
  async checkSearch(): Promise<void> {
    const { frames } = await this.#see();
    const target = frames.find(({ level, name }) => level > 0 && name.trim().length > 7)!;
    const wanted = target.name.slice(2, 7).toUpperCase();
    await this.#page.type("#search", wanted);
    const searched = await this.#see();
    const hits = searched.frames.filter(({ found }) => found);
    const expected = searched.frames.filter(({ title }) =>
      title.split("\n")[0]!.toLowerCase().includes(wanted.trim().toLowerCase())
    );
    this.#equal(hits.length, expected.length, `frames that contain ${wanted}`);
    this.#equal(hits.length > 0, true, "the search found something");
    this.#equal(/^found: \d+\.\d %$/.test(searched.foundText), true, "the share is shown");
    await saveScreenshot(this.#page, `${this.#name}_searched`);
    await this.#page.keyboard.press("Escape");
    const { frames: after, foundText } = await this.#see();
    this.#equal(after.filter(({ found }) => found).length, 0, "frames found after Escape");
    this.#equal(foundText, "", "share after Escape");
  }

  /** Checks that no two frames of a row overlap, and that labels and frames are within borders. */
  #checkFrames({ frames }: SeenPicture, when: string): void {
    const shown = frames.filter((frame) => frame.shown);
    const outside = shown.filter(({ x, width }) => x < 12 - TOLERANCE || x + width > 1188.1);
    this.#equal(outside.map(({ name }) => name), [], `frames outside the picture, ${when}`);
    const long = shown.filter(({ labelWidth, width }) => labelWidth > width);
    this.#equal(long.map(({ label }) => label), [], `labels longer than their frames, ${when}`);
    const overlapping = [...Map.groupBy(shown, ({ level }) => level).values()].flatMap((row) =>
      row.sort((a, b) => a.start - b.start).filter(({ x, width }, index) =>
        index + 1 < row.length && x + width > row[index + 1]!.x + TOLERANCE
      )
    );
    this.#equal(overlapping.map(({ name }) => name), [], `frames that overlap, ${when}`);
  }

  /** Returns the index of the widest frame from a row upwards that does not fill the picture. */
  #pick(frames: readonly SeenFrame[], level: number): number {
    const widths = frames.map((frame) => {
      return frame.shown && frame.level >= level && frame.width < 1170 ? frame.width : 0;
    });
    return widths.indexOf(Math.max(...widths));
  }

  async #moveTo(index: number): Promise<void> {
    const [x, y] = await this.#page.evaluate(locateFrame, index);
    await this.#page.mouse.move(x, y);
  }

  #see(): Promise<SeenPicture> {
    return this.#page.evaluate(seePicture);
  }

  #equal(actual: unknown, expected: unknown, description: string): void {
    this.#checks.addEqual(actual, expected, `${this.#name}: ${description}`);
  }
}
