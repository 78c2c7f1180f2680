/**
 * Proxy of a server that loses messages.
 *
 * @module
 */

/** Kind of fault. */
export type Fault =
  /** The connection is lost before the server receives the message. */
  | "before"
  /** The connection is lost before the client receives the reply. */
  | "after"
  /** The client never receives the reply or any later one. */
  | "silence";

/** Proxy on this machine. */
export class Proxy implements AsyncDisposable {
  /** URL of the server through the proxy. */
  readonly url: string;
  /** Fault of the next message that contains `text`. It happens once. */
  fault: { readonly text: string; readonly kind: Fault } | undefined;
  /** Startup parameter that the proxy rejects, as some poolers do. */
  rejectedParameter: string | undefined;
  readonly #listener: Deno.TcpListener;
  readonly #target: URL;
  readonly #connections = new Set<Deno.TcpConn>();
  readonly #running = new Set<Promise<void>>();

  /** Starts to listen. */
  constructor(target: string) {
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    this.#target = new URL(target);
    const url = new URL(target);
    url.hostname = "127.0.0.1";
    url.port = String(this.#listener.addr.port);
    this.url = url.href;
    this.#run(this.#accept());
  }

  /** Closes all connections and stops listening. */
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
    let fault: Fault | undefined;
    const decoder = new TextDecoder();
    const requests = pump(client, async (bytes) => {
      const text = decoder.decode(bytes);
      if (this.rejectedParameter !== undefined && text.includes(`\0${this.rejectedParameter}\0`)) {
        await client.write(makeRejection(this.rejectedParameter));
        return false;
      }
      if (this.fault !== undefined && text.includes(this.fault.text)) {
        fault = this.fault.kind;
        this.fault = undefined;
      }
      if (fault === "before") return false;
      await writeAll(server, bytes);
      return true;
    });
    const replies = pump(server, async (bytes) => {
      if (fault === "silence") return true;
      if (fault === "after") return false;
      await writeAll(client, bytes);
      return true;
    });
    await Promise.race([requests, replies]);
    for (const connection of both) close(connection);
    await Promise.all([requests, replies]);
    for (const connection of both) this.#connections.delete(connection);
  }
}

/** Reads until the end, or until `pass` returns false. */
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
    // The connection was closed.
  }
}

async function writeAll(to: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length;) done += await to.write(bytes.subarray(done));
}

function close(connection: Deno.TcpConn): void {
  try {
    connection.close();
  } catch {
    // The connection is already closed.
  }
}

/** Makes an error message of the server: https://www.postgresql.org/docs/current/protocol-message-formats.html */
function makeRejection(parameter: string): Uint8Array<ArrayBuffer> {
  const fields = `SFATAL\0C08P01\0Munsupported startup parameter: ${parameter}\0\0`;
  const body = new TextEncoder().encode(fields);
  const message = new Uint8Array(5 + body.length);
  message[0] = "E".charCodeAt(0);
  new DataView(message.buffer).setUint32(1, 4 + body.length);
  message.set(body, 5);
  return message;
}
