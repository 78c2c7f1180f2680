/**
 * A PostgreSQL server for tests: a given one, or a throw-away one made from the
 * programs that are installed.
 *
 * @module
 */

/** The folder of the server's programs as Debian installs them, of the newest version; undefined if there is none. */
export const PROGRAMS: string | undefined = findPrograms();

/** A server that was started for tests, and is gone when they are over. */
export class PrivateServer {
  /** The URL of its database, as the superuser. */
  readonly url: string;
  readonly #folder: string;

  private constructor(url: string, folder: string) {
    this.url = url;
    this.#folder = folder;
  }

  /** Makes a database in a temporary folder and starts its server on a free port of this machine. */
  static async start(): Promise<PrivateServer> {
    if (PROGRAMS === undefined) throw new Error("Cannot start PostgreSQL: it is not installed");
    const folder = await Deno.makeTempDir({ prefix: "nomos_postgres_" });
    try {
      await watch(folder);
      const password = crypto.randomUUID();
      await Deno.writeTextFile(`${folder}/password`, password);
      await giveAway(folder);
      const how = ["--auth=scram-sha-256", `--pwfile=${folder}/password`, "--no-sync"];
      const what = ["--encoding=UTF8", "--locale=C", "--username=postgres"];
      await run(folder, "initdb", ["--pgdata", `${folder}/data`, ...how, ...what]);
      // Somebody else may take the port before the server does.
      for (let attempts = 3;; attempts--) {
        const port = freePort();
        await Deno.writeTextFile(`${folder}/data/postgresql.auto.conf`, settings(port));
        const url = `postgres://postgres:${password}@127.0.0.1:${port}/postgres`;
        const server = new PrivateServer(url, folder);
        try {
          await server.#control("start");
          return server;
        } catch (error) {
          if (attempts === 1) throw error;
        }
      }
    } catch (error) {
      await Deno.remove(folder, { recursive: true });
      throw error;
    }
  }

  /**
   * Makes the server take connections by TLS, and gives the certificate, signed by
   * itself, that they are to trust. It is for `localhost`.
   */
  async certify(): Promise<string> {
    const data = `${this.#folder}/data`;
    const key = ["-newkey", "rsa:2048", "-nodes", "-keyout", `${data}/server.key`];
    const name = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
    await run(this.#folder, "openssl", [
      "req",
      "-x509",
      "-out",
      `${data}/server.crt`,
      ...key,
      ...name,
    ]);
    await Deno.writeTextFile(`${data}/postgresql.auto.conf`, "ssl = on\n", { append: true });
    await this.#control("restart", "--mode=fast");
    return await Deno.readTextFile(`${data}/server.crt`);
  }

  /** Stops the server as if it had crashed, and starts it again. */
  async restart(): Promise<void> {
    await this.#control("restart", "--mode=immediate");
  }

  /** Stops the server and removes all that it wrote. */
  async stop(): Promise<void> {
    await this.#control("stop", "--mode=immediate");
    await Deno.remove(this.#folder, { recursive: true });
  }

  async #control(action: string, ...flags: readonly string[]): Promise<void> {
    const log = action === "stop" ? [] : [`--log=${this.#folder}/log`];
    const data = `--pgdata=${this.#folder}/data`;
    await run(this.#folder, "pg_ctl", [action, "--wait", data, ...log, ...flags]);
  }
}

function findPrograms(): string | undefined {
  const folder = "/usr/lib/postgresql";
  try {
    const versions = [...Deno.readDirSync(folder)].map(({ name }) => Number(name)).filter(Boolean);
    return versions.length === 0 ? undefined : `${folder}/${Math.max(...versions)}/bin`;
  } catch {
    return undefined;
  }
}

/** PostgreSQL refuses to run as root; its package makes a user for it. */
const IS_ROOT = Deno.uid() === 0;

async function giveAway(folder: string): Promise<void> {
  if (!IS_ROOT) return;
  const id = await new Deno.Command("id", { args: ["-u", "postgres"] }).output();
  const user = Number(new TextDecoder().decode(id.stdout));
  for (const path of [folder, `${folder}/password`]) await Deno.chown(path, user, null);
}

/** Has a server stopped, and its folder removed, if this process is killed before it does so. */
async function watch(folder: string): Promise<void> {
  const script = `while [ -d "$0" ]; do
    if ! kill -0 ${Deno.pid}; then "$@"; rm -rf "$0"; fi
    sleep 1
  done &`;
  const stop = ["stop", "--mode=immediate", `--pgdata=${folder}/data`];
  await shell(script, [folder, ...asUser("pg_ctl", stop)]);
}

/** Runs a program of the server, or another, for a server in a folder. */
async function run(folder: string, program: string, args: readonly string[]): Promise<void> {
  // A server that was started inherits the outputs, and would keep them open for ever.
  const report = `${folder}/report`;
  if (await shell(`exec "$@" >"$0" 2>&1`, [report, ...asUser(program, args)])) return;
  throw new Error(`Cannot run ${program}: ${await Deno.readTextFile(report)}`);
}

function asUser(program: string, args: readonly string[]): readonly string[] {
  const path = program === "openssl" ? program : `${PROGRAMS}/${program}`;
  return IS_ROOT ? ["runuser", "-u", "postgres", "--", path, ...args] : [path, ...args];
}

/** Runs a script with its arguments, from `$0` on, and says whether it succeeded. */
async function shell(script: string, args: readonly string[]): Promise<boolean> {
  const command = new Deno.Command("sh", {
    args: ["-c", script, ...args],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  });
  return (await command.output()).success;
}

function settings(port: number): string {
  return `port = ${port}
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
fsync = on
shared_buffers = 16MB
max_connections = 40
`;
}

function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  try {
    return listener.addr.port;
  } finally {
    listener.close();
  }
}
