/**
 * A line on the terminal while something takes its time.
 *
 * @module
 */

/**
 * Draws a line with the time that passed; only for someone who watches.
 *
 * @param label What is being done.
 * @returns Ends it.
 */
export function showProgress(label: string): () => void {
  if (!Deno.stdout.isTerminal() || !Deno.stderr.isTerminal()) return () => {};
  const begun = performance.now();
  const draw = (text: string) => Deno.stderr.writeSync(new TextEncoder().encode(`\r\x1b[K${text}`));
  const drawTime = () => draw(`${label}: ${((performance.now() - begun) / 1e3).toFixed(1)} s`);
  drawTime();
  const timer = setInterval(drawTime, 100);
  return () => {
    clearInterval(timer);
    draw("");
  };
}
