/**
 * The tables of the store, as the steps that lead to them.
 *
 * @module
 */

/** What marks a file as a store of sessions, in its header: "nomo" in ASCII. */
export const APPLICATION_ID = 0x6e6f6d6f;

/**
 * What leads from each version to the next, from an empty file on. A released
 * step is never changed: what is to be different is a step more. Each is carried
 * out in a transaction of its own.
 */
export const MIGRATIONS: readonly string[] = [
  `
  -- One row, and the only one that is written at every append. The id is bytes,
  -- see session_key.ts; \`number\` stands for it in the other tables.
  CREATE TABLE session (
    number INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    meta TEXT NOT NULL,
    head INTEGER NOT NULL,
    hash TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    owner TEXT,
    lease_until INTEGER
  ) STRICT;

  -- With row ids: kept in the order of the key alone, rows above 1 kB would each
  -- take pages of their own, twice the space and time.
  CREATE TABLE entry (
    session INTEGER NOT NULL REFERENCES session (number) ON DELETE CASCADE,
    seq INTEGER NOT NULL,
    body TEXT NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (session, seq)
  ) STRICT;

  -- Apart from the session: a row is rewritten as a whole, and snapshots are long.
  CREATE TABLE snapshot (
    session INTEGER PRIMARY KEY REFERENCES session (number) ON DELETE CASCADE,
    head INTEGER NOT NULL,
    hash TEXT NOT NULL,
    body TEXT NOT NULL
  ) STRICT;

  -- Counts leases over all sessions, so that one created anew gives no epoch twice.
  CREATE TABLE last_epoch (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    epoch INTEGER NOT NULL
  ) STRICT;
  INSERT INTO last_epoch (only, epoch) VALUES (1, 0);
  `,
];
