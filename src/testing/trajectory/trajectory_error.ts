/**
 * The error of a trajectory that is not as expected.
 *
 * @module
 */
import { RunError } from "../../errors.ts";

/** A session did not do what was expected of it. The message ends with the transcript. */
export class TrajectoryError extends RunError {
  /** `"TRAJECTORY_UNEXPECTED"` */
  readonly code = "TRAJECTORY_UNEXPECTED";
  /** What was expected and not found, or found and not expected. */
  readonly expectation: string;
  /** What happened instead. */
  readonly transcript: string;

  /** Makes the error from what was expected and what happened. */
  constructor(expectation: string, transcript: string) {
    super(`${expectation}:\n\n${transcript}`);
    this.expectation = expectation;
    this.transcript = transcript;
  }
}
