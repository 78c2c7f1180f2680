/**
 * The request for one decision.
 *
 * @module
 */
import type { DecisionReading, DecisionSchema } from "../decision/decision_schema.ts";
import type { LegalActions } from "../decision/legal_actions.ts";
import type { JsonSchema } from "../json/json.ts";
import type { Transcript } from "../prompt/transcript.ts";
import { LLMRequest, type Message } from "../llm/llm.ts";

/** A request that refers to the session's transcript; messages are listed only when they are read. */
export class DecisionRequest extends LLMRequest {
  readonly schema: JsonSchema;
  readonly schemaName = "decision";
  readonly legal: LegalActions;
  // TypeScript's `private`, for a request may be the prototype of another one.
  private output: unknown;
  private reading: DecisionReading | undefined;

  constructor(
    private readonly decisionSchema: DecisionSchema,
    private readonly transcript: Transcript,
    private readonly length: number,
    private readonly last: Message,
    readonly step: string,
    readonly sessionId: string,
    readonly signal: AbortSignal | undefined,
  ) {
    super();
    this.schema = decisionSchema.json;
    this.legal = decisionSchema.legal;
    this.output = undefined;
    this.reading = undefined;
  }

  get messages(): readonly Message[] {
    return this.transcript.list(this.length, this.last);
  }

  /** Reads an output; one that was just found legal is not validated again. */
  validate(output: unknown): DecisionReading | Promise<DecisionReading> {
    const { reading } = this;
    if (reading?.success && output === this.output) return reading;
    const read = this.decisionSchema.read(output);
    if (read instanceof Promise) return read.then((settled) => this.keep(output, settled));
    return this.keep(output, read);
  }

  private keep(output: unknown, reading: DecisionReading): DecisionReading {
    this.output = output;
    this.reading = reading;
    return reading;
  }
}
