/**
 * Contract tests for stores.
 *
 * @module
 */
import { checkOptions, FUNCTION } from "../../llm/option_rules.ts";
import type { Store } from "../../store/store.ts";
import { describeThrown } from "../text.ts";
import { BLOB_CHECKS } from "./blob_checks.ts";
import { CHILD_CHECKS } from "./child_checks.ts";
import { CLAIM_CHECKS } from "./claim_checks.ts";
import { ENTRY_CHECKS } from "./entry_checks.ts";
import { StoreContractError } from "./expectations.ts";
import { LEASE_CHECKS } from "./lease_checks.ts";
import { CLOCK_CHECKS, LIFETIME_CHECKS, REOPEN_CHECKS } from "./lifetime_checks.ts";
import { LIST_CHECKS } from "./list_checks.ts";
import { RACE_CHECKS } from "./race_checks.ts";
import { SESSION_CHECKS } from "./session_checks.ts";
import { SUMMARY_CHECKS } from "./summary_checks.ts";
import { type StoreContractOptions, Trial } from "./trial.ts";

/** One check of the store contract, for any test runner. */
export interface StoreCheck {
  /** Required behavior, in one sentence. Can be used as the name of a test. */
  readonly name: string;
  /**
   * Opens a store, checks it, deletes the sessions of the check and closes the store.
   *
   * @throws {StoreContractError} if the store violates the contract.
   */
  run(): Promise<void>;
}

/**
 * Returns the checks that every store must pass. Each check uses its own sessions,
 * so checks can run concurrently on a shared database.
 *
 * @param open Opens the store for one check. The check closes it at its end.
 * @throws {ConfigError} if an option is unknown or invalid.
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
  const rules = { advance: FUNCTION, reopen: FUNCTION, ids: FUNCTION };
  checkOptions("check the contract of a store", options, rules);
  const { ids = () => `${crypto.randomUUID()}/` } = options;
  const checks = {
    ...SESSION_CHECKS,
    ...ENTRY_CHECKS,
    ...LEASE_CHECKS,
    ...CLAIM_CHECKS,
    ...CHILD_CHECKS,
    ...BLOB_CHECKS,
    ...RACE_CHECKS,
    ...LIST_CHECKS,
    ...SUMMARY_CHECKS,
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
        // A faulty store may fail at cleaning up as well; the first error is reported.
        await trial.end().catch(() => {});
        if (error instanceof StoreContractError) throw error;
        const found = `A call of the store failed with ${describeThrown(error)}`;
        throw new StoreContractError(`${found}: expected it to succeed`, { cause: error });
      }
      await trial.end();
    },
  }));
}
