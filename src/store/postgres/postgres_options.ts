/**
 * Options of the PostgreSQL store, and the settings derived from them.
 *
 * @module
 */
import { quote } from "../../errors.ts";
import { ANYTHING, checkOptions, type OptionRules, wholeFrom } from "../../llm/option_rules.ts";
import {
  checkApplicationName,
  makeConfigError,
  MAX_NAME_LENGTH,
  readAddress,
} from "./postgres_address.ts";

/** Options of {@linkcode postgresStore}. */
export interface PostgresStoreOptions {
  /**
   * Database schema that contains the tables. It is created if it does not exist. Stores
   * in different schemas are independent. Default: `nomos_agent`.
   */
  readonly schema?: string;
  /**
   * Maximum number of connections for calls; one more holds the owner lock. Further calls wait
   * for a free one. Default: 10.
   */
  readonly maxConnections?: number;
  /**
   * Maximum number of calls that wait for a free connection. One more is refused with
   * a `StoreBusyError` before anything is sent, unless it renews or releases a lease.
   * Default: 10,000.
   */
  readonly maxQueue?: number;
  /** Maximum time to wait for a new or free connection, in milliseconds. Default: 10,000. */
  readonly connectionTimeout?: number;
  /** Time after which an idle connection is closed, in milliseconds. Default: 30,000. */
  readonly idleTimeout?: number;
  /**
   * Time after which the server cancels a statement, in milliseconds. If the server does
   * not reply within another 5 seconds, the connection is considered lost. Default: 30,000.
   */
  readonly statementTimeout?: number;
  /**
   * Maximum number of retries of a statement that certainly had no effect, because the
   * server could not be reached or another transaction conflicted. The backoff doubles
   * from about 50 milliseconds up to a second. Default: 4.
   */
  readonly retries?: number;
  /**
   * Application name of the connections in `pg_stat_activity`. Default: from the URL, else
   * `nomos-agent`.
   */
  readonly applicationName?: string;
  /** TLS: on, off, or on with certificates. Default: `sslmode` of the URL, else off. */
  readonly ssl?: boolean | PostgresSsl;
  /**
   * Returns the password for each new connection, for example a token that expires.
   * Default: the password of the URL.
   */
  readonly password?: () => string | Promise<string>;
}

/** TLS certificates of a connection, as PEM texts. */
export interface PostgresSsl {
  /** Certificates of trusted authorities. Default: those of the runtime. */
  readonly ca?: string;
  /** Certificate of the client. Default: none. */
  readonly cert?: string;
  /** Private key of the client's certificate. Default: none. */
  readonly key?: string;
  /**
   * If true, the certificate of the server is verified. Otherwise the connection is
   * encrypted, but an attacker in the middle can read it. Default: true.
   */
  readonly verify?: boolean;
}

/** Validated settings of a database, with all defaults filled in. */
export interface PostgresSettings {
  /** Address of the database for messages, without credentials. */
  readonly address: string;
  readonly schema: string;
  readonly retries: number;
  /** Maximum number of calls that wait for a connection. */
  readonly maxQueue: number;
  /** Options of the connection pool: https://node-postgres.com/apis/pool */
  readonly pool: Readonly<Record<string, unknown>>;
}

/** Maximum delay of a timer, in milliseconds. */
const MAX_TIMEOUT = 2 ** 31 - 1;
/** Time to wait for a reply beyond `statementTimeout`, in milliseconds. */
const GRACE = 5_000;
const DOING = "open a PostgreSQL store";
const RULES: OptionRules<PostgresStoreOptions> = {
  schema: ANYTHING,
  applicationName: ANYTHING,
  ssl: ANYTHING,
  password: ANYTHING,
  maxConnections: wholeFrom(1, 10_000),
  maxQueue: wholeFrom(0),
  connectionTimeout: wholeFrom(1, MAX_TIMEOUT),
  idleTimeout: wholeFrom(1, MAX_TIMEOUT),
  statementTimeout: wholeFrom(1, MAX_TIMEOUT - GRACE),
  retries: wholeFrom(0, 10),
};

/**
 * Validates a URL and options, and fills in the defaults.
 *
 * @throws {ConfigError} if one is invalid.
 */
export function readSettings(
  url: string | URL,
  options: PostgresStoreOptions = {},
): PostgresSettings {
  checkOptions(DOING, options, RULES);
  const { address, password, host, port, database, user, ...rest } = readAddress(url);
  const { schema = "nomos_agent", ssl = rest.ssl ?? false } = options;
  const { applicationName = rest.applicationName ?? "nomos-agent" } = options;
  checkSchema(schema);
  checkApplicationName(applicationName);
  if (options.password !== undefined && typeof options.password !== "function") {
    // The message omits the value, which may be a password.
    throw makeConfigError("the option `password`", "expected a function that returns the password");
  }
  const { maxConnections = 10, connectionTimeout = 10_000, idleTimeout = 30_000 } = options;
  const { statementTimeout = 30_000, retries = 4, maxQueue = 10_000 } = options;
  return {
    address,
    schema,
    retries,
    maxQueue,
    pool: {
      host,
      port,
      database,
      user,
      password: options.password ?? (() => password),
      ssl: toTlsOptions(ssl),
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
  throw makeConfigError(`the schema ${quote(schema)}`, expected);
}

/** Converts `ssl` to options of `node:tls`. */
function toTlsOptions(ssl: boolean | PostgresSsl): boolean | object {
  if (typeof ssl === "boolean") return ssl;
  if (typeof ssl !== "object" || ssl === null) {
    throw makeConfigError(`\`ssl\` ${quote(ssl)}`, "expected true, false or an object");
  }
  checkOptions(`${DOING} with ssl`, ssl, {
    ca: ANYTHING,
    cert: ANYTHING,
    key: ANYTHING,
    verify: ANYTHING,
  });
  const { verify = true, ca, cert, key } = ssl;
  for (const [name, text] of Object.entries({ ca, cert, key })) {
    if (text === undefined || String(text).includes("-----BEGIN ")) continue;
    throw makeConfigError(`the option \`ssl.${name}\``, "expected the text of a PEM file");
  }
  if (typeof verify !== "boolean") {
    throw makeConfigError(`\`ssl.verify\` ${quote(verify)}`, "expected true or false");
  }
  return { rejectUnauthorized: verify, ca, cert, key };
}
