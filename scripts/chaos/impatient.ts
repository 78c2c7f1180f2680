/**
 * A clock for those who wait for a store.
 *
 * @module
 */
import { type Clock, systemClock } from "../../src/clock.ts";

/** Lets waits of less than a second pass at once; leases take their time. */
export const IMPATIENT: Clock = {
  now: () => systemClock.now(),
  setTimer: (milliseconds, callback) =>
    systemClock.setTimer(milliseconds < 1_000 ? 0 : milliseconds, callback),
};
