/**
 * Parsing of PostgreSQL URLs, as libpq reads them:
 * https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS
 *
 * A URL may contain a password, so errors quote only the parts of it that certainly
 * are something else.
 *
 * @module
 */
import { ConfigError, quote } from "../../errors.ts";

/** Address and credentials of a database. */
interface PostgresAddress {
  /** Host, port and database for messages, without credentials. */
  readonly address: string;
  /** Host name, IP address, or folder of a Unix socket. */
  readonly host: string;
  readonly port: number;
  readonly database: string;
  /** Role to log in as. */
  readonly user: string;
  readonly password?: string;
  readonly applicationName?: string;
  readonly ssl?: Tls;
}

/** TLS: on, off, or on with explicit verification of the server's certificate. */
type Tls = boolean | { readonly verify: boolean };

const URL_FORM = `expected "postgres://user:password@host:port/database"`;
/** URL with a user but no host, which libpq allows and `URL` rejects. */
const NO_HOST_REGEXP = /^[^/]+:\/\/[^/?]+@(?=[/?]|$)/;
const PARAMETERS = ["application_name", "host", "sslmode"];
/** TLS by `sslmode`. Unlike in libpq, `require` verifies the server, to prevent interception. */
const SSL_MODES: ReadonlyMap<string, Tls> = new Map<string, Tls>([
  ["disable", false],
  ["require", true],
  ["verify-full", true],
  ["no-verify", { verify: false }],
]);
/** Maximum length of a name in PostgreSQL, in bytes. PostgreSQL silently truncates longer names. */
export const MAX_NAME_LENGTH = 63;

/**
 * Parses the URL of a database.
 *
 * @throws {ConfigError} if the URL is invalid or has an unknown parameter.
 */
export function readAddress(given: string | URL): PostgresAddress {
  const url = parse(given);
  if (url.protocol !== "postgres:" && url.protocol !== "postgresql:") {
    throw makeConfigError("a URL of another protocol", URL_FORM);
  }
  if (url.hash !== "") {
    throw makeConfigError("an unencoded `#` in the URL", 'expected "%23" instead');
  }
  // Checked before any part is quoted: a URL without a user may have an unencoded password in
  // another part.
  const user = decodePart(url.username, "user");
  if (user === "") throw makeConfigError("a URL without a user", URL_FORM);
  const { searchParams } = url;
  for (const name of searchParams.keys()) {
    if (PARAMETERS.includes(name)) continue;
    const expected = `expected one of ${PARAMETERS.join(", ")}`;
    throw makeConfigError(`the parameter ${quote(name)} in the URL`, expected);
  }
  const host = (searchParams.get("host") ?? readHost(url)) || "localhost";
  const port = url.port === "" ? 5432 : Number(url.port);
  const database = decodePart(url.pathname.slice(1), "database") || user;
  const password = decodePart(url.password, "password");
  const applicationName = searchParams.get("application_name");
  if (applicationName !== null) checkApplicationName(applicationName);
  const mode = searchParams.get("sslmode");
  const ssl = SSL_MODES.get(mode ?? "");
  if (mode !== null && ssl === undefined) {
    const expected = 'expected "disable", "require", "verify-full" or "no-verify"';
    throw makeConfigError(`the sslmode ${quote(mode)}`, expected);
  }
  return {
    address: `${host.includes(":") ? `[${host}]` : host}:${port}/${database}`,
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
  // The error that `new URL()` throws would quote the URL.
  const url = URL.parse(String(given).replace(NO_HOST_REGEXP, "$&localhost"));
  if (url === null) throw makeConfigError("an invalid URL", URL_FORM);
  return url;
}

function readHost({ hostname }: URL): string {
  const host = decodePart(hostname, "host").replace(/^\[(.+)\]$/, "$1");
  if (host.includes(",")) throw makeConfigError("several hosts", "expected one host");
  return host;
}

function decodePart(part: string, name: string): string {
  try {
    const text = decodeURIComponent(part);
    if (!text.includes("\0")) return text;
  } catch {
    // The percent-encoding is invalid.
  }
  throw makeConfigError(
    `the ${name} in the URL`,
    'expected it percent-encoded, with "%25" for "%", and without NUL',
  );
}

/** Makes the error of a URL or option that cannot be used. */
export function makeConfigError(what: string, expected: string): ConfigError {
  return new ConfigError(`Cannot open a PostgreSQL store with ${what}: ${expected}`);
}

/** Rejects application names that PostgreSQL would truncate or change. */
export function checkApplicationName(name: string): void {
  if (/^[\x20-\x7e]+$/.test(name) && name.length <= MAX_NAME_LENGTH) return;
  const expected = `expected 1 to ${MAX_NAME_LENGTH} printable ASCII characters`;
  throw makeConfigError(`the application name ${quote(name)}`, expected);
}
