/**
 * The error of a store that does not keep its contract.
 *
 * @module
 */
import { RunError } from "../../errors.ts";

/** A store did not do what its contract says. */
export class StoreContractError extends RunError {
  /** `"STORE_CONTRACT_BROKEN"` */
  readonly code = "STORE_CONTRACT_BROKEN";
}
