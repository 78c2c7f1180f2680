/**
 * Terminal of tmux, in which a check types and reads.
 *
 * @module
 */

/** Time in which the expected text must appear, in milliseconds. */
const PATIENCE = 20_000;

/** Returns true if there is tmux. */
export async function hasTmux(): Promise<boolean> {
  try {
    return (await new Deno.Command("tmux", { args: ["-V"] }).output()).success;
  } catch {
    return false;
  }
}

/** Terminal of 100 columns. */
export class Screen implements AsyncDisposable {
  /** Name of a server of its own, so that nobody else's sessions are touched. */
  readonly #server: string = `nomos-judge-${crypto.randomUUID()}`;

  /** Starts a shell in a folder. */
  static async open(cwd: string): Promise<Screen> {
    const screen = new Screen();
    const size = ["-x", "100", "-y", "50"];
    const shell = ["env", "PS1=$ ", "NO_COLOR=1", "bash", "--norc", "--noprofile"];
    await screen.#tmux("-f", "/dev/null", "new-session", "-d", ...size, "-c", cwd, ...shell);
    await screen.see(/^\$ $/m);
    return screen;
  }

  /** Types keys, as tmux names them: `Enter`, `C-c`, or text. */
  async type(...keys: string[]): Promise<void> {
    await this.#tmux("send-keys", ...keys);
  }

  /** Types a line. */
  async say(line: string): Promise<void> {
    await this.#tmux("send-keys", "-l", line);
    await this.type("Enter");
  }

  /** Returns all lines since the start. */
  async read(): Promise<string> {
    return (await this.#tmux("capture-pane", "-p", "-S", "-")).trimEnd();
  }

  /**
   * Waits until the screen shows a text, and returns all lines.
   *
   * @throws {Error} with the screen if it does not.
   */
  async see(text: RegExp): Promise<string> {
    const end = performance.now() + PATIENCE;
    for (;;) {
      const screen = await this.read();
      if (text.test(`${screen} `)) return screen;
      if (performance.now() > end) throw new Error(`expected ${text} on the screen:\n${screen}`);
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
  }

  /** Ends the terminal and what runs in it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#tmux("kill-server").catch(() => {});
  }

  async #tmux(...args: string[]): Promise<string> {
    const command = new Deno.Command("tmux", { args: ["-L", this.#server, ...args] });
    const { success, stdout, stderr } = await command.output();
    if (success) return new TextDecoder().decode(stdout);
    throw new Error(`tmux ${args[0]} failed: ${new TextDecoder().decode(stderr)}`);
  }
}
