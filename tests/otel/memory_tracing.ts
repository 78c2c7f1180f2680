/**
 * Tracing in memory: what an SDK would export, to be looked at.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import {
  type Attributes,
  type Context,
  context,
  type ContextManager,
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

/** A span as it was written. */
export class MemorySpan implements Span {
  readonly name: string;
  readonly kind: SpanKind;
  readonly parent: MemorySpan | undefined;
  /** The attributes that were there when a sampler would have looked. */
  readonly atStart: Attributes;
  readonly attributes: Attributes;
  readonly events: { readonly name: string; readonly attributes: Attributes }[] = [];
  status: SpanStatus = { code: SpanStatusCode.UNSET };
  /** How often it was ended: once, if all is well. */
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
    this.#mustBeOpen();
    Object.assign(this.attributes, attributes);
    return this;
  }
  addEvent(name: string, attributes: unknown = {}): this {
    this.#mustBeOpen();
    this.events.push({ name, attributes: attributes as Attributes });
    return this;
  }
  setStatus(status: SpanStatus): this {
    this.#mustBeOpen();
    this.status = status;
    return this;
  }
  end(): void {
    this.#mustBeOpen();
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
  recordException(): void {
    throw new Error("no exception is expected: its message and stack may hold content");
  }

  #mustBeOpen(): void {
    if (this.ends > 0) throw new Error(`span "${this.name}" has ended`);
  }
}

/** The spans of a process. */
export class MemoryTracing implements TracerProvider, Disposable {
  /** All spans, in the order in which they began. */
  readonly spans: MemorySpan[] = [];
  /** The name and the version that a tracer was asked for with. */
  scope: string | undefined;
  readonly #isRecording: boolean;

  /** Registers itself; disposing of it puts an end to that. */
  constructor(isRecording = true) {
    this.#isRecording = isRecording;
    if (!trace.setGlobalTracerProvider(this) || !context.setGlobalContextManager(contexts())) {
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

  /** The one span of a name. */
  span(name: string): MemorySpan {
    const found = this.spans.filter((span) => span.name === name);
    if (found.length !== 1) throw new Error(`expected one span "${name}", got ${found.length}`);
    return found[0]!;
  }

  /** The names of the spans, each with those of the spans around it. */
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

/** Contexts that follow promises. */
function contexts(): ContextManager {
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
