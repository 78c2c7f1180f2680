/**
 * Temporary PostgreSQL server, made from the installed programs.
 *
 * @module
 */

/** Folder of the newest server programs that Debian installed; undefined if there are none. */
export const PROGRAMS: string | undefined = findPrograms();

/** Server on a port of this machine, which is removed when it is stopped. */
export class PrivateServer {
  /** URL of its database, as the superuser. */
  readonly url: string;
  readonly #folder: string;

  private constructor(url: string, folder: string) {
    this.url = url;
    this.#folder = folder;
  }

  /**
   * Creates a database in a temporary folder, and starts its server on a free port.
   *
   * @param options With `fsync`, commits survive a power loss. They survive the death of any
   *   process without it too. Default: false, which is faster.
   */
  static async start({ fsync = false }: { fsync?: boolean } = {}): Promise<PrivateServer> {
    if (PROGRAMS === undefined) throw new Error("Cannot start PostgreSQL: it is not installed");
    const folder = await Deno.makeTempDir({ prefix: "nomos_postgres_" });
    try {
      await startWatchdog(folder);
      const password = crypto.randomUUID();
      await Deno.writeTextFile(`${folder}/password`, password);
      await changeOwner(folder);
      const login = ["--auth=scram-sha-256", `--pwfile=${folder}/password`, "--username=postgres"];
      const text = ["--encoding=UTF8", "--locale=C"];
      await run(folder, "initdb", ["--pgdata", `${folder}/data`, "--no-sync", ...login, ...text]);
      // Another process may take the port before the server does.
      for (let attempts = 3;; attempts--) {
        const port = freePort();
        await Deno.writeTextFile(`${folder}/data/postgresql.auto.conf`, settings(port, fsync));
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
   * Enables TLS. Returns the self-signed certificate of the server, which is for `localhost`.
   */
  async enableTls(): Promise<string> {
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

  /** Stops the server as a crash would, and starts it again. */
  async restart(): Promise<void> {
    await this.#control("restart", "--mode=immediate");
  }

  /** Stops the server and removes its files. */
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

/** True for root, as which PostgreSQL refuses to run; its package creates a user for it. */
const IS_ROOT = Deno.uid() === 0;

async function changeOwner(folder: string): Promise<void> {
  if (!IS_ROOT) return;
  const id = await new Deno.Command("id", { args: ["-u", "postgres"] }).output();
  const user = Number(new TextDecoder().decode(id.stdout));
  for (const path of [folder, `${folder}/password`]) await Deno.chown(path, user, null);
}

/** Starts a process that stops the server and removes its folder if this process is killed. */
async function startWatchdog(folder: string): Promise<void> {
  const script = `while [ -d "$0" ]; do
    if ! kill -0 ${Deno.pid}; then "$@"; rm -rf "$0"; fi
    sleep 1
  done &`;
  const stop = ["stop", "--mode=immediate", `--pgdata=${folder}/data`];
  await shell(script, [folder, ...asUser("pg_ctl", stop)]);
}

/** Runs a program for the server in a folder, as the user of the server. */
async function run(folder: string, program: string, args: readonly string[]): Promise<void> {
  // The server inherits the outputs, and would keep them open.
  const report = `${folder}/report`;
  if (await shell(`exec "$@" >"$0" 2>&1`, [report, ...asUser(program, args)])) return;
  throw new Error(`Cannot run ${program}: ${await Deno.readTextFile(report)}`);
}

function asUser(program: string, args: readonly string[]): readonly string[] {
  const path = program === "openssl" ? program : `${PROGRAMS}/${program}`;
  return IS_ROOT ? ["runuser", "-u", "postgres", "--", path, ...args] : [path, ...args];
}

/** Runs a script with arguments from `$0`. Returns true if it succeeded. */
async function shell(script: string, args: readonly string[]): Promise<boolean> {
  const command = new Deno.Command("sh", {
    args: ["-c", script, ...args],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  });
  return (await command.output()).success;
}

function settings(port: number, fsync: boolean): string {
  return `port = ${port}
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
fsync = ${fsync ? "on" : "off"}
shared_buffers = 16MB
max_connections = 80
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
