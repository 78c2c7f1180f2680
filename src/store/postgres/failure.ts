/**
 * What a failure of PostgreSQL, or of the way there, means: this is the one place
 * that knows. Conditions are told by their SQLSTATE
 * (https://www.postgresql.org/docs/current/errcodes-appendix.html), by the code
 * that the runtime gives an error of a socket, or by the message of the driver.
 *
 * @module
 */
import { reasonOf } from "../../errors.ts";

/** When the same may succeed: at once, so that it is worth trying again; later; or never. */
type Prospect = "now" | "later" | "never";

interface Condition {
  /** Which codes, or which messages of the driver. */
  readonly matches: RegExp;
  readonly says: string;
  readonly prospect: Prospect;
}

/** The first that matches counts. */
const CONDITIONS: readonly Condition[] = [
  { matches: /^40001$|^40P01$/, says: "another transaction was in the way", prospect: "now" },
  { matches: /^25006$/, says: "the server only allows reading", prospect: "now" },
  { matches: /^53300$/, says: "the server has no connection left", prospect: "now" },
  { matches: /^53100$/, says: "the disk of the server is full", prospect: "later" },
  { matches: /^53/, says: "the server is short of resources", prospect: "later" },
  { matches: /^55P03$/, says: "a lock was not to be had", prospect: "later" },
  { matches: /^57014$/, says: "the statement took too long", prospect: "later" },
  { matches: /^57P03$/, says: "the server is not ready", prospect: "now" },
  { matches: /^57P0[125]$/, says: "the server ended the connection", prospect: "now" },
  { matches: /^08P01$/, says: "the server, or a pooler before it, broke off", prospect: "later" },
  { matches: /^08/, says: "the connection was lost", prospect: "now" },
  { matches: /^42501$/, says: "the role may not do this", prospect: "never" },
  { matches: /^28|^3D/, says: "the server refused the connection", prospect: "never" },
  { matches: /^ECONNREFUSED$/, says: "no server listens there", prospect: "now" },
  { matches: /^(?:ENOTFOUND|EAI_\w+)$/, says: "the host was not found", prospect: "now" },
  {
    matches: /^(?:ECONNRESET|ECONNABORTED|EPIPE|ENOTCONN)$|^Connection terminated(?! due)/,
    says: "the connection was lost",
    prospect: "now",
  },
  {
    matches: /^(?:ETIMEDOUT|EHOST\w+|ENET\w+)$/,
    says: "the server was not reached",
    prospect: "later",
  },
  {
    matches: /CERT|^UNABLE_TO_|certificate/,
    says: "the certificate of the server is not trusted",
    prospect: "never",
  },
  { matches: /^Query read timeout$/, says: "the server did not answer", prospect: "later" },
  { matches: /password must be a string/, says: "a password is asked for", prospect: "never" },
  { matches: /timeout/, says: "no connection was to be had in time", prospect: "later" },
];

/** Codes of the server that a statement can fail with only where it leaves nothing behind. */
const STATEMENT_REGEXP = /^(?:0A|2[23]|25006|40001|40P01|42|54|55P03|57014)/;
/** Codes of a server, or of a pooler before it, that does not let a client in. */
const ADMISSION_REGEXP = /^(?:28|3D|53300|57P03)/;

/** A failure, and what is known of it. It holds nothing of what the driver threw but text. */
export class PostgresFailure extends Error {
  /** When the same may succeed. */
  readonly prospect: Prospect;
  /** Whether the statement certainly was not done. */
  readonly isCertain: boolean;
  /** Whether the connection is of no more use. */
  readonly isBroken: boolean;
  /** The SQLSTATE, or the code of the runtime; undefined where there is none. */
  readonly code: string | undefined;

  /**
   * Reads what the driver threw. If a statement was on its way, it may be done though the
   * answer was lost.
   */
  constructor(thrown: unknown, { isSent }: { readonly isSent: boolean }) {
    const { code: given, severity } = Object(thrown) as { code?: unknown; severity?: unknown };
    const code = typeof given === "string" ? given : undefined;
    const said = reasonOf(thrown);
    const state = code !== undefined && severity !== undefined ? code : "";
    const condition = CONDITIONS.find(({ matches }) => matches.test(code ?? said));
    const reason = condition === undefined ? said : `${condition.says}: ${said}`;
    super(state === "" ? reason : `${reason} (SQLSTATE ${state})`);
    // A server that speaks another language translates the severity, but not the state. What
    // is worse than an error ends the connection, perhaps after the statement was committed.
    const isMereError = severity === "ERROR" || STATEMENT_REGEXP.test(state);
    this.prospect = condition?.prospect ?? "never";
    this.isCertain = !isSent || isMereError || ADMISSION_REGEXP.test(state);
    // Where only reading is allowed, another connection may lead to the server that took over.
    this.isBroken = !isMereError || state === "25006";
    this.code = code;
  }

  /** The name of the class. */
  override get name(): string {
    return "PostgresFailure";
  }
}
