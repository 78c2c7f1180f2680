/**
 * A way to a server on which messages get lost.
 *
 * @module
 */

/** What happens to a message of the client, and to the answer. */
export type Fault =
  /** The connection breaks before the message arrives. */
  | "before"
  /** It breaks when the answer is on its way. */
  | "after"
  /** The answer, and whatever follows, never arrives. */
  | "silence";

/** A proxy on this machine before a server. */
export class Proxy implements AsyncDisposable {
  /** The URL of the server by way of the proxy. */
  readonly url: string;
  /** What a message must hold to meet a fault, and which. It happens once. */
  fault: { readonly text: string; readonly what: Fault } | undefined;
  /** A parameter that the proxy refuses of a client that begins, as some poolers do. */
  refuses: string | undefined;
  readonly #listener: Deno.TcpListener;
  readonly #target: URL;
  readonly #connections = new Set<Deno.TcpConn>();
  readonly #running = new Set<Promise<void>>();

  /** Begins to listen. */
  constructor(target: string) {
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    this.#target = new URL(target);
    const url = new URL(target);
    url.hostname = "127.0.0.1";
    url.port = String(this.#listener.addr.port);
    this.url = url.href;
    this.#run(this.#accept());
  }

  /** Ends every connection, and the proxy. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    for (const connection of this.#connections) close(connection);
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  #run(task: Promise<void>): void {
    const running = task.catch(() => {}).finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  async #accept(): Promise<void> {
    for await (const client of this.#listener) this.#run(this.#pass(client));
  }

  async #pass(client: Deno.TcpConn): Promise<void> {
    const { hostname, port } = this.#target;
    const server = await Deno.connect({ hostname, port: Number(port || 5432) });
    const both = [client, server];
    for (const connection of both) this.#connections.add(connection);
    let met: Fault | undefined;
    const decoder = new TextDecoder();
    const asked = pump(client, async (bytes) => {
      const text = decoder.decode(bytes);
      if (this.refuses !== undefined && text.includes(`\0${this.refuses}\0`)) {
        await client.write(refusalOf(this.refuses));
        return false;
      }
      if (this.fault !== undefined && text.includes(this.fault.text)) {
        met = this.fault.what;
        this.fault = undefined;
      }
      if (met === "before") return false;
      await writeAll(server, bytes);
      return true;
    });
    const answered = pump(server, async (bytes) => {
      if (met === "silence") return true;
      if (met === "after") return false;
      await writeAll(client, bytes);
      return true;
    });
    await Promise.race([asked, answered]);
    for (const connection of both) close(connection);
    await Promise.all([asked, answered]);
    for (const connection of both) this.#connections.delete(connection);
  }
}

/** Reads to the end, or until `pass` does not want more. */
async function pump(
  from: Deno.TcpConn,
  pass: (bytes: Uint8Array) => Promise<boolean>,
): Promise<void> {
  const buffer = new Uint8Array(1 << 16);
  try {
    for (let count = await from.read(buffer); count !== null; count = await from.read(buffer)) {
      if (!await pass(buffer.slice(0, count))) return;
    }
  } catch {
    // It was closed, by either side.
  }
}

async function writeAll(to: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length;) done += await to.write(bytes.subarray(done));
}

function close(connection: Deno.TcpConn): void {
  try {
    connection.close();
  } catch {
    // It is closed already.
  }
}

/** An error as the server sends it: https://www.postgresql.org/docs/current/protocol-message-formats.html */
function refusalOf(parameter: string): Uint8Array<ArrayBuffer> {
  const fields = `SFATAL\0C08P01\0Munsupported startup parameter: ${parameter}\0\0`;
  const body = new TextEncoder().encode(fields);
  const message = new Uint8Array(5 + body.length);
  message[0] = "E".charCodeAt(0);
  new DataView(message.buffer).setUint32(1, 4 + body.length);
  message.set(body, 5);
  return message;
}
