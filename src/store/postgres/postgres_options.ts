/**
 * Options of a store in PostgreSQL, and the settings that follow from them.
 *
 * @module
 */
import { quote } from "../../errors.ts";
import { checkOptions, wholeFrom } from "../../llm/option_rules.ts";
import { checkApplicationName, MAX_NAME_LENGTH, readAddress, refusal } from "./postgres_address.ts";

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
   * If true, the server must prove who it is. Otherwise the connection is secret,
   * but not from whoever sits in its middle. Default: true.
   */
  readonly verify?: boolean;
}

/** Settings of a database, checked and complete. */
export interface PostgresSettings {
  /** The address, for messages. */
  readonly place: string;
  readonly schema: string;
  readonly retries: number;
  /** Options of the connection pool: https://node-postgres.com/apis/pool */
  readonly pool: Readonly<Record<string, unknown>>;
}

/** The most that a timer can wait, in milliseconds. */
const MAX_TIMEOUT = 2 ** 31 - 1;
/** How much longer than the server's limit its answer is waited for, in milliseconds. */
const GRACE = 5_000;
const NUMBERS = {
  maxConnections: wholeFrom(1, 10_000),
  connectionTimeout: wholeFrom(1, MAX_TIMEOUT),
  idleTimeout: wholeFrom(1, MAX_TIMEOUT),
  statementTimeout: wholeFrom(1, MAX_TIMEOUT - GRACE),
  retries: wholeFrom(0, 10),
};

/**
 * Checks a URL and options and fills in the defaults.
 *
 * @throws {ConfigError} if one cannot be used.
 */
export function readSettings(
  url: string | URL,
  options: PostgresStoreOptions = {},
): PostgresSettings {
  const { place, password, host, port, database, user, ...rest } = readAddress(url);
  const { schema = "nomos_agent", ssl = rest.ssl ?? false } = options;
  const { applicationName = rest.applicationName ?? "nomos-agent" } = options;
  checkSchema(schema);
  checkApplicationName(applicationName);
  if (options.password !== undefined && typeof options.password !== "function") {
    // Its value is not shown, because it may be the password.
    throw refusal("the option `password`", "expected a function that gives it");
  }
  checkOptions("open a PostgreSQL store", options, NUMBERS);
  const { maxConnections = 10, connectionTimeout = 10_000, idleTimeout = 30_000 } = options;
  const { statementTimeout = 30_000, retries = 4 } = options;
  return {
    place,
    schema,
    retries,
    pool: {
      host,
      port,
      database,
      user,
      password: options.password ?? (() => password),
      ssl: tlsOptions(ssl),
      application_name: applicationName,
      max: maxConnections,
      connectionTimeoutMillis: connectionTimeout,
      idleTimeoutMillis: idleTimeout,
      statement_timeout: statementTimeout,
      query_timeout: statementTimeout + GRACE,
    },
  };
}

function checkSchema(schema: string): void {
  const isName = typeof schema === "string" && schema.isWellFormed() && !schema.includes("\0");
  const length = isName ? new TextEncoder().encode(schema).length : 0;
  if (length >= 1 && length <= MAX_NAME_LENGTH && !/^pg_/i.test(schema)) return;
  const expected =
    `expected a name of 1 to ${MAX_NAME_LENGTH} bytes that does not begin with "pg_"`;
  throw refusal(`the schema ${quote(schema)}`, expected);
}

/** TLS by the names of `node:tls`. */
function tlsOptions(ssl: boolean | PostgresSsl): boolean | object {
  if (typeof ssl === "boolean") return ssl;
  if (typeof ssl !== "object" || ssl === null) {
    throw refusal(`\`ssl\` ${quote(ssl)}`, "expected true, false, or whom to trust");
  }
  const { verify = true, ca, cert, key } = ssl;
  for (const [name, text] of Object.entries({ ca, cert, key })) {
    if (text === undefined || String(text).includes("-----BEGIN ")) continue;
    throw refusal(`the option \`ssl.${name}\``, "expected the text of a PEM file");
  }
  if (typeof verify !== "boolean") {
    throw refusal(`\`ssl.verify\` ${quote(verify)}`, "expected true or false");
  }
  return { rejectUnauthorized: verify, ca, cert, key };
}
