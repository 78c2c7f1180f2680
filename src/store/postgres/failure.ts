/**
 * Classification of PostgreSQL and connection failures, by their SQLSTATE
 * (https://www.postgresql.org/docs/current/errcodes-appendix.html), by the code of a
 * socket error, or by the message of the driver.
 *
 * @module
 */
import { reasonOf } from "../../errors.ts";

/** Time at which a retry may succeed: at once, later, or never. */
type RetryTime = "now" | "later" | "never";

interface Condition {
  /** Pattern of codes, or of messages of the driver. */
  readonly matches: RegExp;
  /** Explanation for the error message, with the way out if there is one. */
  readonly explanation: string;
  readonly retry: RetryTime;
}

/** Known conditions; the first match applies. */
const CONDITIONS: readonly Condition[] = [
  {
    matches: /^40001$|^40P01$/,
    explanation: "it conflicted with another transaction",
    retry: "now",
  },
  { matches: /^25006$/, explanation: "the server is read-only", retry: "now" },
  { matches: /^53300$/, explanation: "the server has no free connection", retry: "now" },
  { matches: /^53100$/, explanation: "the disk of the server is full", retry: "later" },
  { matches: /^53/, explanation: "the server is short of resources", retry: "later" },
  { matches: /^55P03$/, explanation: "a lock was not available", retry: "later" },
  {
    matches: /^57014$/,
    explanation: "the statement was cancelled or exceeded statementTimeout",
    retry: "later",
  },
  { matches: /^57P03$/, explanation: "the server is not ready", retry: "now" },
  { matches: /^57P0[125]$/, explanation: "the server closed the connection", retry: "now" },
  {
    matches: /^08P01$/,
    explanation: "the server or its pooler aborted the connection",
    retry: "later",
  },
  { matches: /^08/, explanation: "the connection was lost", retry: "now" },
  { matches: /^42501$/, explanation: "the role lacks a permission", retry: "never" },
  { matches: /^28|^3D/, explanation: "the server refused the connection", retry: "never" },
  { matches: /^ECONNREFUSED$/, explanation: "no server listens at this address", retry: "now" },
  { matches: /^(?:ENOTFOUND|EAI_\w+)$/, explanation: "the host was not found", retry: "now" },
  {
    matches: /^(?:ECONNRESET|ECONNABORTED|EPIPE|ENOTCONN)$|^Connection terminated(?! due)/,
    explanation: "the connection was lost",
    retry: "now",
  },
  {
    matches: /^(?:ETIMEDOUT|EHOST\w+|ENET\w+)$/,
    explanation: "the server could not be reached",
    retry: "later",
  },
  {
    matches: /CERT|^UNABLE_TO_|certificate/,
    explanation: "the certificate of the server is not trusted; pass its authority as ssl.ca",
    retry: "never",
  },
  {
    matches: /^Query read timeout$/,
    explanation: "the server did not reply in time",
    retry: "later",
  },
  {
    matches: /password must be a string/,
    explanation: "the server requires a password; add it to the URL or pass the option password",
    retry: "never",
  },
  {
    matches: /timeout/,
    explanation: "no connection became available within connectionTimeout",
    retry: "later",
  },
];

/** Codes of failures after which the statement has certainly had no effect. */
const STATEMENT_REGEXP = /^(?:0A|2[23]|25006|40001|40P01|42|54|55P03|57014)/;
/** Codes with which a server or pooler refuses a connection. */
const ADMISSION_REGEXP = /^(?:28|3D|53300|57P03)/;

/** Classified failure. Keeps only text of what the driver threw. */
export class PostgresFailure extends Error {
  /** Time at which a retry may succeed. */
  readonly retry: RetryTime;
  /** True if the statement certainly had no effect. */
  readonly hadNoEffect: boolean;
  /** True if the connection can no longer be used. */
  readonly isBroken: boolean;
  /** SQLSTATE, or the code of a socket error; undefined if there is neither. */
  readonly code: string | undefined;

  /**
   * Classifies what the driver threw. `isSent` is true if a statement was sent, which may have
   * taken effect although the reply was lost.
   */
  constructor(thrown: unknown, { isSent }: { readonly isSent: boolean }) {
    const { code: given, severity } = Object(thrown) as { code?: unknown; severity?: unknown };
    const code = typeof given === "string" ? given : undefined;
    const message = reasonOf(thrown);
    const state = code !== undefined && severity !== undefined ? code : "";
    const condition = CONDITIONS.find(({ matches }) => matches.test(code ?? message));
    const reason = condition === undefined ? message : `${condition.explanation}: ${message}`;
    super(state === "" ? reason : `${reason} (SQLSTATE ${state})`);
    // A localized server translates the severity, but not the SQLSTATE. A severity above ERROR
    // ends the connection, perhaps after the statement was committed.
    const isStatementError = severity === "ERROR" || STATEMENT_REGEXP.test(state);
    this.retry = condition?.retry ?? "never";
    this.hadNoEffect = !isSent || isStatementError || ADMISSION_REGEXP.test(state);
    // After a failover, a new connection may reach the new primary, which is writable.
    this.isBroken = !isStatementError || state === "25006";
    this.code = code;
  }

  /** `"PostgresFailure"` */
  override get name(): string {
    return "PostgresFailure";
  }
}
