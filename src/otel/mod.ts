/**
 * Traces: what an agent did, as OpenTelemetry spans.
 * @module
 */
export { otel } from "./otel.ts";
export type { OtelOptions } from "./otel.ts";
