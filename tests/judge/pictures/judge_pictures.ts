/**
 * Judgement of the pictures of profiles: flame graphs in Chromium, and the files for speedscope in
 * its own page. Writes a screenshot of each, to be looked at.
 *
 * @module
 */
import { launch } from "puppeteer-core";
import { checkFlameGraph } from "./check_flame_graph.ts";
import { checkFunctions, checkTurns } from "./check_speedscope.ts";
import { Checks } from "./checks.ts";
import { drawBarista, drawManyTurns, drawTalk, profileBarista, TALK } from "./drawn_pictures.ts";

const CHROMIUM = "/usr/bin/chromium";
/** Maximum number of failures that are printed. */
const MAX_PRINTED = 10;

/** Judges the pictures and prints its figures. Returns true if no check failed. */
export async function judgePictures(): Promise<boolean> {
  const hasChromium = await Deno.stat(CHROMIUM).then(() => true, () => false);
  if (!hasChromium) {
    console.log(`Pictures: skipped: ${CHROMIUM} is missing, which Debian's package chromium has`);
    return true;
  }
  const start = performance.now();
  const browser = await launch({
    executablePath: CHROMIUM,
    // The sandbox refuses to run as root. Speedscope draws with WebGL.
    args: ["--no-sandbox", "--enable-unsafe-swiftshader"],
    defaultViewport: { width: 1300, height: 800 },
  });
  const checks = new Checks();
  try {
    const version = await browser.version();
    const functions = await profileBarista();
    await checkFlameGraph(browser, "functions", functions.picture, "size", checks);
    await checkFunctions(browser, "functions", functions.profile, checks);
    await checkFlameGraph(browser, "barista", await drawBarista(), "time", checks);
    await checkFlameGraph(browser, "turns", drawTalk(), "time", checks);
    await checkFlameGraph(browser, "many_turns", drawManyTurns(), "time", checks);
    await checkTurns(browser, "turns", TALK, checks);
    const seconds = ((performance.now() - start) / 1_000).toFixed(1);
    console.log(
      `Pictures in ${version} and speedscope: ${checks.passed} of ${checks.all} checks passed ` +
        `in ${seconds} s; screenshots are in tests/judge/screenshots/`,
    );
  } finally {
    await browser.close();
  }
  for (const failure of checks.failures.slice(0, MAX_PRINTED)) {
    console.error(`  failed: ${failure}`);
  }
  return checks.failures.length === 0;
}
