/**
 * What can go wrong with a cassette in a run.
 *
 * @module
 */
import { LLMError } from "../../llm/llm_error.ts";

/** A cassette could not be recorded, or was not played to its end. */
export class CassetteError extends LLMError {
  /** `"CASSETTE_FAILED"`; a subclass may be more exact. */
  override readonly code: string = "CASSETTE_FAILED";
  /** The file, as a path. */
  readonly file: string;

  /** Makes the error from the path of the file and what happened. */
  constructor(file: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.file = file;
  }
}

/** A call was made that the cassette has no answer to. Its message shows how the nearest one differs. */
export class CassetteMissError extends CassetteError {
  /** `"CASSETTE_MISS"` */
  override readonly code = "CASSETTE_MISS";
  /** The step in which the call was made; undefined outside a decision. */
  readonly step: string | undefined;

  /** Makes the error from the path of the file, the step and what happened. */
  constructor(file: string, step: string | undefined, message: string) {
    super(file, message);
    this.step = step;
  }
}
