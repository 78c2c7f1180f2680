/**
 * How a store in PostgreSQL is to be used.
 *
 * @module
 */
import { ConfigError, quote } from "../../errors.ts";

/** Options of {@linkcode postgresStore}. */
export interface PostgresStoreOptions {
  /**
   * The schema of the database that holds the tables; it is made where there is
   * none. Stores with different schemas know nothing of each other. Default: `nomos_agent`.
   */
  readonly schema?: string;
  /** How many connections to hold at most; who needs one more waits. Default: 10. */
  readonly maxConnections?: number;
  /** How long to wait for a connection, in milliseconds: a new one, or one that is given back. Default: 10,000. */
  readonly connectionTimeout?: number;
  /** How long a connection is kept that nobody uses, in milliseconds. Default: 30,000. */
  readonly idleTimeout?: number;
  /**
   * How long the server may work on a statement, in milliseconds, before it gives
   * it up. A server that does not answer for 5 seconds longer is taken for lost.
   * Default: 30,000.
   */
  readonly statementTimeout?: number;
  /**
   * How often a statement is sent again that certainly was not done, because the
   * server could not be reached or another transaction was in the way. The waits
   * in between double from about 50 milliseconds up to a second. Default: 4.
   */
  readonly retries?: number;
  /** What the server calls the connections, in `pg_stat_activity`. Default: that of the URL, else `nomos-agent`. */
  readonly applicationName?: string;
  /** TLS: whether, and whom to trust. Default: what `sslmode` in the URL says, else none. */
  readonly ssl?: boolean | PostgresSsl;
  /** Gives the password of each new connection, for example a token that expires. Default: that of the URL. */
  readonly password?: () => string | Promise<string>;
}

/** Whom a connection with TLS trusts, and as whom it presents itself. */
export interface PostgresSsl {
  /** Certificates of authorities to trust, as PEM. Default: those of the runtime. */
  readonly ca?: string;
  /** The certificate of the client, as PEM. Default: none. */
  readonly cert?: string;
  /** The private key of the client's certificate, as PEM. Default: none. */
  readonly key?: string;
  /**
   * Whether the server must prove who it is. Without, the connection is secret,
   * but from whoever sits in its middle. Default: true.
   */
  readonly verify?: boolean;
}

/** Options without gaps. */
export type SettledOptions =
  & Required<Omit<PostgresStoreOptions, "applicationName" | "ssl" | "password">>
  & Pick<PostgresStoreOptions, "applicationName" | "ssl" | "password">;

/** The most that a timer can wait, in milliseconds. */
const MAX_TIMEOUT = 2 ** 31 - 1;
/** How long a name of PostgreSQL may be, in bytes: a longer one is cut without a word. */
const MAX_NAME = 63;

/**
 * Checks options and fills their gaps.
 *
 * @throws {ConfigError} if one cannot be used.
 */
export function settleOptions(options: PostgresStoreOptions): SettledOptions {
  const { schema = "nomos_agent", applicationName, ssl, password } = options;
  checkSchema(schema);
  if (applicationName !== undefined) checkApplicationName(applicationName);
  if (password !== undefined && typeof password !== "function") {
    // Its value is not shown, for it may be the password.
    throw refusal("the option `password`", "expected a function that gives it");
  }
  return {
    schema,
    maxConnections: whole(options, "maxConnections", 10, 1, 10_000),
    connectionTimeout: whole(options, "connectionTimeout", 10_000, 1, MAX_TIMEOUT),
    idleTimeout: whole(options, "idleTimeout", 30_000, 1, MAX_TIMEOUT),
    statementTimeout: whole(options, "statementTimeout", 30_000, 1, MAX_TIMEOUT - 5_000),
    retries: whole(options, "retries", 4, 0, 10),
    ...(applicationName !== undefined && { applicationName }),
    ...(ssl !== undefined && { ssl: settleSsl(ssl) }),
    ...(password !== undefined && { password }),
  };
}

/** An option that cannot be used. */
export function refusal(what: string, expected: string): ConfigError {
  return new ConfigError(`Cannot open a PostgreSQL store with ${what}: ${expected}`);
}

/**
 * Makes sure that a text can be the name of an application.
 *
 * @throws {ConfigError} if not.
 */
export function checkApplicationName(name: string): void {
  if (/^[\x20-\x7e]+$/.test(name) && name.length <= MAX_NAME) return;
  const expected = `expected 1 to ${MAX_NAME} characters of ASCII`;
  throw refusal(`the application name ${quote(name)}`, expected);
}

function checkSchema(schema: string): void {
  const isName = typeof schema === "string" && schema.isWellFormed() && !schema.includes("\0");
  const length = isName ? new TextEncoder().encode(schema).length : 0;
  if (length >= 1 && length <= MAX_NAME && !/^pg_/i.test(schema)) return;
  const expected = `expected a name of 1 to ${MAX_NAME} bytes that does not begin with "pg_"`;
  throw refusal(`the schema ${quote(schema)}`, expected);
}

type NumberOption =
  | "maxConnections"
  | "connectionTimeout"
  | "idleTimeout"
  | "statementTimeout"
  | "retries";

function whole(
  options: PostgresStoreOptions,
  name: NumberOption,
  usual: number,
  least: number,
  most: number,
): number {
  const { [name]: value = usual } = options;
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw refusal(`\`${name}\` ${quote(value)}`, `expected a whole number from ${least} to ${most}`);
}

function settleSsl(ssl: boolean | PostgresSsl): boolean | PostgresSsl {
  if (typeof ssl === "boolean") return ssl;
  if (typeof ssl !== "object" || ssl === null) {
    throw refusal(`\`ssl\` ${quote(ssl)}`, "expected true, false, or whom to trust");
  }
  for (const name of ["ca", "cert", "key"] as const) {
    if (ssl[name] === undefined || String(ssl[name]).includes("-----BEGIN ")) continue;
    throw refusal(`the option \`ssl.${name}\``, "expected the text of a PEM file");
  }
  if (ssl.verify !== undefined && typeof ssl.verify !== "boolean") {
    throw refusal(`\`ssl.verify\` ${quote(ssl.verify)}`, "expected true or false");
  }
  return ssl;
}
