/**
 * The URL of a PostgreSQL database, as libpq reads it:
 * https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS
 *
 * It may hold a password, so no error shows any part of it that was not
 * understood to be something else.
 *
 * @module
 */
import { quote } from "../../errors.ts";
import { checkApplicationName, type PostgresSsl, refusal } from "./postgres_options.ts";

/** Where a database is, and as whom to go there. */
export interface PostgresAddress {
  /** The name or the number of the machine, or the folder of a Unix socket. */
  readonly host: string;
  /** The port. */
  readonly port: number;
  /** The database. */
  readonly database: string;
  /** The role. */
  readonly user: string;
  /** Its password, if the URL has one. */
  readonly password?: string;
  /** What the server calls the connections, if the URL says so. */
  readonly applicationName?: string;
  /** TLS, if the URL says so. */
  readonly ssl?: boolean | PostgresSsl;
}

const FORM = `expected "postgres://user:password@host:port/database"`;
/** A user without a host, which a URL of the web may not have. */
const NO_HOST_REGEXP = /^[^/]+:\/\/[^/?]+@(?=[/?]|$)/;
const PARAMETERS = ["application_name", "host", "sslmode"];

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
  const host = searchParams.get("host") ?? readHost(url);
  const password = decoded(url.password, "password");
  const applicationName = searchParams.get("application_name");
  if (applicationName !== null) checkApplicationName(applicationName);
  const mode = searchParams.get("sslmode");
  return {
    host: host === "" ? "localhost" : host,
    port: url.port === "" ? 5432 : Number(url.port),
    database: decoded(url.pathname.slice(1), "database") || user,
    user,
    ...(password !== "" && { password }),
    ...(applicationName !== null && { applicationName }),
    ...(mode !== null && { ssl: readMode(mode) }),
  };
}

/** An address for messages: without a user, a password, or anything else. */
export function placeOf({ host, port, database }: PostgresAddress): string {
  const machine = host.includes(":") ? `[${host}]` : host;
  return `${machine}:${port}/${database}`;
}

function parse(given: string | URL): URL {
  if (given instanceof URL) return given;
  // What the parser throws shows the URL: it is no cause to keep.
  const url = typeof given === "string"
    ? URL.parse(given.replace(NO_HOST_REGEXP, "$&localhost"))
    : null;
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

/** `require` verifies as well: a connection that anybody may answer is worth little. */
function readMode(mode: string): boolean | PostgresSsl {
  switch (mode) {
    case "disable":
      return false;
    case "require":
    case "verify-full":
      return true;
    case "no-verify":
      return { verify: false };
    default: {
      const expected = 'expected "disable", "require", "verify-full" or "no-verify"';
      throw refusal(`the sslmode ${quote(mode)}`, expected);
    }
  }
}
