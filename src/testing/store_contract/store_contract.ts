/**
 * The contract of stores as checks that every store must pass.
 *
 * @module
 */
import { quote, reasonOf } from "../../errors.ts";
import type { Store } from "../../store/store.ts";
import { ENTRY_CHECKS } from "./entry_checks.ts";
import { LEASE_CHECKS } from "./lease_checks.ts";
import { CLOCK_CHECKS, LIFETIME_CHECKS, REOPEN_CHECKS } from "./lifetime_checks.ts";
import { LIST_CHECKS } from "./list_checks.ts";
import { RACE_CHECKS } from "./race_checks.ts";
import { SESSION_CHECKS } from "./session_checks.ts";
import { StoreContractError } from "./expectations.ts";
import { type StoreContractOptions, Trial } from "./trial.ts";

/** One check of the contract, for any test runner. */
export interface StoreCheck {
  /** What is checked, in one sentence. */
  readonly name: string;
  /**
   * Opens a store, checks it, deletes what it made, and closes the store.
   *
   * @throws {StoreContractError} if the store does not keep the contract.
   */
  run(): Promise<void>;
}

/**
 * The checks that a store must pass, each on sessions of its own: several can
 * run at once on one database, beside sessions of others.
 *
 * @param open Opens the store for one check; it is closed at the end of it.
 *
 * @example
 * ```ts
 * import { memoryStore } from "@nomos/agent/store";
 * import { storeContract } from "@nomos/agent/testing";
 *
 * let now = 0;
 * const open = () => memoryStore({ clock: () => now });
 * const advance = (ms: number) => void (now += ms);
 * for (const { name, run } of storeContract(open, { advance })) {
 *   await run(); // in a test: Deno.test(`memory store, ${name}`, run)
 * }
 * ```
 */
export function storeContract(
  open: () => Store | Promise<Store>,
  options: StoreContractOptions = {},
): readonly StoreCheck[] {
  const { ids = () => `${crypto.randomUUID()}/` } = options;
  const checks = {
    ...SESSION_CHECKS,
    ...ENTRY_CHECKS,
    ...LEASE_CHECKS,
    ...RACE_CHECKS,
    ...LIST_CHECKS,
    ...LIFETIME_CHECKS,
    ...(options.advance && CLOCK_CHECKS),
    ...(options.reopen && REOPEN_CHECKS),
  };
  return Object.entries(checks).map(([name, check]) => ({
    name,
    run: async () => {
      const trial = new Trial(await open(), ids(), options);
      try {
        await check(trial);
      } catch (error) {
        // What is wrong with the store may keep it from being cleaned as well.
        await trial.end().catch(() => {});
        throw error instanceof StoreContractError ? error : unexpected(error);
      }
      await trial.end();
    },
  }));
}

function unexpected(error: unknown): StoreContractError {
  const name = error instanceof Error ? error.name : typeof error;
  return new StoreContractError(
    `A call failed with ${name} ${quote(reasonOf(error))}: expected it to succeed`,
    { cause: error },
  );
}
