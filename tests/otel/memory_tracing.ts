/**
 * In-memory tracing SDK whose spans tests can inspect.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import {
  type Attributes,
  type Context,
  context,
  type ContextManager,
  type Exception,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  type SpanOptions,
  type SpanStatus,
  SpanStatusCode,
  trace,
  type Tracer,
  type TracerProvider,
} from "@opentelemetry/api";

/** A span in memory. */
export class MemorySpan implements Span {
  readonly name: string;
  readonly kind: SpanKind;
  readonly parent: MemorySpan | undefined;
  /** Attributes at the start, as a sampler sees them. */
  readonly atStart: Attributes;
  readonly attributes: Attributes;
  readonly events: { readonly name: string; readonly attributes: Attributes }[] = [];
  status: SpanStatus = { code: SpanStatusCode.UNSET };
  /** Number of times it was ended. */
  ends = 0;
  readonly #isRecording: boolean;
  readonly #id: string;

  constructor(
    id: number,
    name: string,
    { kind = SpanKind.INTERNAL, attributes = {} }: SpanOptions,
    parent: Span | undefined,
    isRecording: boolean,
  ) {
    this.name = name;
    this.kind = kind;
    this.parent = parent as MemorySpan | undefined;
    this.atStart = { ...attributes };
    this.attributes = { ...attributes };
    this.#isRecording = isRecording;
    this.#id = id.toString(16).padStart(16, "0");
  }

  spanContext(): SpanContext {
    return { traceId: "1".padStart(32, "0"), spanId: this.#id, traceFlags: 1 };
  }
  isRecording(): boolean {
    return this.#isRecording && this.ends === 0;
  }
  setAttribute(key: string, value: NonNullable<Attributes[string]>): this {
    return this.setAttributes({ [key]: value });
  }
  setAttributes(attributes: Attributes): this {
    this.#assertOpen();
    Object.assign(this.attributes, attributes);
    return this;
  }
  addEvent(name: string, attributes: unknown = {}): this {
    this.#assertOpen();
    this.events.push({ name, attributes: attributes as Attributes });
    return this;
  }
  setStatus(status: SpanStatus): this {
    this.#assertOpen();
    this.status = status;
    return this;
  }
  end(): void {
    this.#assertOpen();
    this.ends++;
  }
  addLink(): this {
    throw new Error("no links are expected");
  }
  addLinks(): this {
    throw new Error("no links are expected");
  }
  updateName(): this {
    throw new Error("no other name is expected");
  }
  recordException(exception: Exception): void {
    const { name, message, stack } = exception as Error;
    this.addEvent("exception", {
      "exception.type": name,
      ...(message !== undefined && { "exception.message": message }),
      ...(stack !== undefined && { "exception.stacktrace": stack }),
    });
  }

  #assertOpen(): void {
    if (this.ends > 0) throw new Error(`span "${this.name}" has ended`);
  }
}

/** Tracer provider that keeps all spans. */
export class MemoryTracing implements TracerProvider, Disposable {
  /** All spans, in the order of their start. */
  readonly spans: MemorySpan[] = [];
  /** Name and version of the requested tracer. */
  scope: string | undefined;
  readonly #isRecording: boolean;

  /** Registers the provider and a context manager until it is disposed. */
  constructor(isRecording = true) {
    this.#isRecording = isRecording;
    const isRegistered = trace.setGlobalTracerProvider(this) &&
      context.setGlobalContextManager(createContextManager());
    if (!isRegistered) {
      throw new Error("another tracing is registered");
    }
  }

  getTracer(name: string, version?: string): Tracer {
    this.scope = `${name}@${version}`;
    const startSpan = (name: string, options: SpanOptions = {}, at = context.active()): Span => {
      const { spans } = this;
      const parent = trace.getSpan(at);
      const span = new MemorySpan(spans.length + 1, name, options, parent, this.#isRecording);
      spans.push(span);
      return span;
    };
    return {
      startSpan,
      startActiveSpan: () => {
        throw new Error("no active span is expected");
      },
    };
  }

  /** Returns the only span with a name. */
  span(name: string): MemorySpan {
    const found = this.spans.filter((span) => span.name === name);
    if (found.length !== 1) throw new Error(`expected one span "${name}", got ${found.length}`);
    return found[0]!;
  }

  /** Names of the spans, each after the names of its ancestors. */
  get tree(): string[] {
    return this.spans.map((span) => {
      const names = [];
      for (let at: MemorySpan | undefined = span; at !== undefined; at = at.parent) {
        names.unshift(at.name);
      }
      return names.join(" > ");
    });
  }

  [Symbol.dispose](): void {
    trace.disable();
    context.disable();
  }
}

/** Creates a context manager that follows promises. */
function createContextManager(): ContextManager {
  const storage = new AsyncLocalStorage<Context>();
  return {
    active: () => storage.getStore() ?? ROOT_CONTEXT,
    with: (context, run, thisArg, ...args) =>
      storage.run(context, () => run.call(thisArg!, ...args)),
    bind: (_context, target) => target,
    enable() {
      return this;
    },
    disable() {
      storage.disable();
      return this;
    },
  };
}
