/**
 * The URL of a PostgreSQL database, as libpq reads it:
 * https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS
 *
 * It may hold a password, so no error shows any part of it that was not
 * understood to be something else.
 *
 * @module
 */
import { ConfigError, quote } from "../../errors.ts";

/** Address and credentials of a database. */
export interface PostgresAddress {
  /** The address for messages: without a user, a password, or anything else. */
  readonly place: string;
  /** The name or the number of the machine, or the folder of a Unix socket. */
  readonly host: string;
  readonly port: number;
  readonly database: string;
  /** The role. */
  readonly user: string;
  readonly password?: string;
  readonly applicationName?: string;
  readonly ssl?: Tls;
}

/** TLS, and whether the server must prove who it is. */
type Tls = boolean | { readonly verify: boolean };

const FORM = `expected "postgres://user:password@host:port/database"`;
/** A user without a host, which a URL of the web may not have. */
const NO_HOST_REGEXP = /^[^/]+:\/\/[^/?]+@(?=[/?]|$)/;
const PARAMETERS = ["application_name", "host", "sslmode"];
/** `require` verifies as well: a connection that anybody may answer is worth little. */
const SSL_MODES: ReadonlyMap<string, Tls> = new Map<string, Tls>([
  ["disable", false],
  ["require", true],
  ["verify-full", true],
  ["no-verify", { verify: false }],
]);
/** Maximum length of a name of PostgreSQL, in bytes: a longer one is cut without a word. */
export const MAX_NAME_LENGTH = 63;

/**
 * Reads the URL of a database.
 *
 * @throws {ConfigError} if it is none, or asks for what there is not.
 */
export function readAddress(given: string | URL): PostgresAddress {
  const url = parse(given);
  if (url.protocol !== "postgres:" && url.protocol !== "postgresql:") {
    throw refusal("a URL of another kind", FORM);
  }
  if (url.hash !== "") {
    throw refusal("a `#` in the URL", 'expected it as "%23" within a user, a password or a name');
  }
  // Before what follows is shown: where a password is not encoded, there is no user either.
  const user = decoded(url.username, "user");
  if (user === "") throw refusal("a URL without a user", FORM);
  const { searchParams } = url;
  for (const name of searchParams.keys()) {
    if (PARAMETERS.includes(name)) continue;
    const expected = `expected one of ${PARAMETERS.join(", ")}`;
    throw refusal(`the parameter ${quote(name)} in the URL`, expected);
  }
  const host = (searchParams.get("host") ?? readHost(url)) || "localhost";
  const port = url.port === "" ? 5432 : Number(url.port);
  const database = decoded(url.pathname.slice(1), "database") || user;
  const password = decoded(url.password, "password");
  const applicationName = searchParams.get("application_name");
  if (applicationName !== null) checkApplicationName(applicationName);
  const mode = searchParams.get("sslmode");
  const ssl = SSL_MODES.get(mode ?? "");
  if (mode !== null && ssl === undefined) {
    const expected = 'expected "disable", "require", "verify-full" or "no-verify"';
    throw refusal(`the sslmode ${quote(mode)}`, expected);
  }
  return {
    place: `${host.includes(":") ? `[${host}]` : host}:${port}/${database}`,
    host,
    port,
    database,
    user,
    ...(password !== "" && { password }),
    ...(applicationName !== null && { applicationName }),
    ...(ssl !== undefined && { ssl }),
  };
}

function parse(given: string | URL): URL {
  if (given instanceof URL) return given;
  // What the parser throws shows the URL, so it is not asked to throw.
  const url = URL.parse(String(given).replace(NO_HOST_REGEXP, "$&localhost"));
  if (url === null) throw refusal("a URL that cannot be read", FORM);
  return url;
}

function readHost({ hostname }: URL): string {
  const host = decoded(hostname, "host").replace(/^\[(.+)\]$/, "$1");
  if (host.includes(",")) throw refusal("several hosts", "expected one");
  return host;
}

function decoded(part: string, name: string): string {
  try {
    const text = decodeURIComponent(part);
    if (!text.includes("\0")) return text;
  } catch {
    // Not encoded as it should be.
  }
  throw refusal(`the ${name} in the URL`, 'expected it percent-encoded, a "%" as "%25"');
}

/** The error of a URL or an option that cannot be used. */
export function refusal(what: string, expected: string): ConfigError {
  return new ConfigError(`Cannot open a PostgreSQL store with ${what}: ${expected}`);
}

/** Rejects names that PostgreSQL would change. */
export function checkApplicationName(name: string): void {
  if (/^[\x20-\x7e]+$/.test(name) && name.length <= MAX_NAME_LENGTH) return;
  const expected = `expected 1 to ${MAX_NAME_LENGTH} characters of ASCII`;
  throw refusal(`the application name ${quote(name)}`, expected);
}
