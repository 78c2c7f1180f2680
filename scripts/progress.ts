/**
 * A line on the terminal while something takes its time.
 *
 * @module
 */

/**
 * Does some work, and draws a line with the time that passed; only for someone who watches.
 *
 * @param label The work in words.
 */
export async function during<Result>(label: string, work: () => Promise<Result>): Promise<Result> {
  if (!Deno.stdout.isTerminal() || !Deno.stderr.isTerminal()) return await work();
  const begun = performance.now();
  const draw = (text: string) => Deno.stderr.writeSync(new TextEncoder().encode(`\r\x1b[K${text}`));
  const drawTime = () => draw(`${label}: ${((performance.now() - begun) / 1e3).toFixed(1)} s`);
  drawTime();
  const timer = setInterval(drawTime, 100);
  try {
    return await work();
  } finally {
    clearInterval(timer);
    draw("");
  }
}
