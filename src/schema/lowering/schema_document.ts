/**
 * JSON Schema of an author in normal form, and facts that need the whole schema: its cycles,
 * and the parts that accept null.
 *
 * @module
 */
import type { JsonSchema } from "../../json/json.ts";
import { ANY_PROFILE, refuse, requiredOf, restOf } from "./lowered.ts";
import type { Normal } from "./normal_form.ts";
import { Normalizer } from "./normalizer.ts";

/** Maximum number of parts in a row that apply to the same value, so that recursion is bounded. */
const MAX_ROW = 500;

/** Maximum number of searches for cycles; each search opens at least one cycle. */
const MAX_SEARCHES = 100;

/** Part of a schema inside another part. */
interface Edge {
  readonly source: unknown;
  readonly path: string;
  /** Place of the part: it applies to the same value, to a property, or to an item. */
  readonly place: "same" | "required" | "optional" | "item";
  /** Name of a property. */
  readonly name?: string;
}

/** Part that is being visited. */
interface Visit {
  readonly edge: Edge;
  readonly normal: Normal;
  readonly edges: readonly Edge[];
  next: number;
}

/** Required properties that close cycles. */
interface Closing {
  /** Names of properties by their objects. */
  readonly names: ReadonlyMap<Normal, ReadonlySet<string>>;
  /** Path at which a cycle without properties is closed; undefined if there is none. */
  readonly unbroken: string | undefined;
}

/** JSON Schema of an author in normal form. */
export class SchemaDocument {
  /** Converter of the schema's parts. */
  readonly normalizer: Normalizer;
  /** Path at which a part contains itself; undefined if none does. */
  readonly cycle: string | undefined;
  /** True if an optional property does not accept null. */
  readonly deletesNulls: boolean;
  /** True if a property has the name of an inherited one, for example `toString`. */
  readonly hasInheritedName: boolean;
  /** Parts that contain themselves. */
  readonly recursive: ReadonlySet<Normal>;
  readonly #nullable = new Set<Normal>();
  /** Parts that accept only objects. */
  readonly #objects = new Set<Normal>();
  #closing: Closing | undefined;

  /**
   * Reads a schema.
   *
   * @throws {LoweringError} if a part refers to itself for the same value.
   */
  constructor(readonly root: JsonSchema) {
    this.normalizer = new Normalizer(root);
    const parts: Visit[] = [];
    const recursive = new Set<Normal>();
    let cycle: string | undefined;
    this.#walk([this.#root], () => true, (visit) => parts.push(visit), ([target], { path }) => {
      cycle ??= path;
      recursive.add(target!.normal);
    });
    this.cycle = cycle;
    this.recursive = recursive;
    this.#readSameValue(parts.map(({ edge }) => edge));
    const properties = parts.flatMap(({ edges }) => edges.filter(({ name }) => name !== undefined));
    this.deletesNulls = properties.some(({ place, source }) =>
      place === "optional" && !this.acceptsNull(source)
    );
    this.hasInheritedName = properties.some(({ name }) => name! in Object.prototype);
  }

  /** True if all values are objects. */
  get isObject(): boolean {
    return this.#objects.has(this.normalizer.normalize(this.root));
  }

  /** Returns true if a part accepts null. */
  acceptsNull(source: unknown): boolean {
    return this.#nullable.has(this.normalizer.normalize(source));
  }

  /** Required properties that must become optional, so that every cycle has an optional one. */
  get closing(): Closing {
    return this.#closing ??= this.#findClosing();
  }

  get #root(): Edge {
    return { source: this.root, path: "", place: "same" };
  }

  /** Finds the parts that accept null, or only objects. */
  #readSameValue(edges: readonly Edge[]): void {
    const rows = new Map<Normal, number>();
    this.#walk(edges, ({ place }) => place === "same", ({ normal, edges, edge }) => {
      const inner = edges.filter(({ place }) => place === "same")
        .map(({ source }) => this.normalizer.normalize(source));
      if (acceptsNull(normal, inner, this.#nullable)) this.#nullable.add(normal);
      if (acceptsOnlyObjects(normal, inner, this.#objects)) this.#objects.add(normal);
      const row = inner.reduce((longest, part) => Math.max(longest, rows.get(part)!), 0) + 1;
      if (row > MAX_ROW) {
        refuse(edge.path, `more than ${MAX_ROW} "$ref" in a row`, "fewer", ANY_PROFILE);
      }
      rows.set(normal, row);
    }, (_, { path }) => {
      const expected = "a property or an item between the two";
      const construct = '"$ref" back to itself outside of a property or item';
      refuse(path, construct, expected, ANY_PROFILE);
    });
  }

  #findClosing(): Closing {
    const closing = new Map<Normal, Set<string>>();
    let unbroken: string | undefined;
    let isOpen = true;
    const isForced = ({ place, name }: Edge, owner: Normal) =>
      place !== "optional" && !(name !== undefined && closing.get(owner)?.has(name));
    for (let search = 0; isOpen && search < MAX_SEARCHES; search++) {
      isOpen = false;
      this.#walk([this.#root], isForced, () => {}, (stack, edge) => {
        const edges = [...stack.slice(1).map((visit) => visit.edge), edge];
        const innermost = edges.findLastIndex(({ place }) => place === "required");
        if (innermost < 0) {
          unbroken ??= edge.path;
          return;
        }
        const owner = stack[innermost]!.normal;
        const names = closing.get(owner) ?? new Set();
        closing.set(owner, names.add(edges[innermost]!.name!));
        isOpen = true;
      });
    }
    return { names: closing, unbroken };
  }

  /**
   * Visits parts depth first, each once. It does not recurse, because references may be deep.
   *
   * @param follows Returns true for the edges to follow, with the part that they start from.
   * @param leave Called for each part after the parts inside of it.
   * @param close Called for an edge back to a part that contains it, with the parts between.
   */
  #walk(
    roots: readonly Edge[],
    follows: (edge: Edge, owner: Normal) => boolean,
    leave: (visit: Visit) => void,
    close: (stack: readonly Visit[], edge: Edge) => void,
  ): void {
    const stack: Visit[] = [];
    /** Depth of the parts that are being visited; -1 of those that were. */
    const depths = new Map<Normal, number>();
    const enter = (edge: Edge) => {
      const normal = this.normalizer.normalize(edge.source);
      const depth = depths.get(normal);
      if (depth === undefined) {
        depths.set(normal, stack.length);
        stack.push({ edge, normal, edges: listEdges(normal, edge.path), next: 0 });
      } else if (depth >= 0) close(stack.slice(depth), edge);
    };
    for (const root of roots) {
      enter(root);
      for (let visit = stack.at(-1); visit !== undefined; visit = stack.at(-1)) {
        const edge = visit.edges[visit.next++];
        if (edge === undefined) {
          depths.set(visit.normal, -1);
          stack.pop();
          leave(visit);
        } else if (follows(edge, visit.normal)) enter(edge);
      }
    }
  }
}

/** Returns true if a part accepts null. `inner` are its parts for the same value. */
function acceptsNull(normal: Normal, inner: readonly Normal[], known: ReadonlySet<Normal>) {
  switch (normal.kind) {
    case "any":
      return true;
    case "type":
      return normal.type === "null";
    case "values":
      return normal.values.includes(null);
    case "all":
      return inner.every((part) => known.has(part));
    default:
      return inner.some((part) => known.has(part));
  }
}

/** Returns true if a part accepts only objects. `inner` are its parts for the same value. */
function acceptsOnlyObjects(normal: Normal, inner: readonly Normal[], known: ReadonlySet<Normal>) {
  switch (normal.kind) {
    case "type":
      return normal.type === "object";
    case "all":
      return inner.some((part) => known.has(part));
    default:
      return inner.length > 0 && inner.every((part) => known.has(part) || part.kind === "none");
  }
}

/** Lists the parts directly inside a part. */
function listEdges(normal: Normal, path: string): Edge[] {
  const same = (sources: readonly unknown[]) =>
    sources.map((source): Edge => ({ source, path, place: "same" }));
  switch (normal.kind) {
    case "reference":
      return same([normal.target]);
    case "union":
      return same(normal.branches);
    case "all":
      return same(normal.parts);
    case "type":
      break;
    default:
      return [];
  }
  const { schema, type } = normal;
  const edges: Edge[] = [];
  if (type === "object") {
    const required = requiredOf(schema);
    for (const [name, source] of Object.entries(schema.properties ?? {})) {
      const place = required.has(name) ? "required" : "optional";
      edges.push({ source, path: joinPath(path, name), place, name });
    }
    edges.push({ source: restOf(schema), path: `${path}{}`, place: "optional" });
  } else if (type === "array") {
    const { prefixItems = [], items } = schema;
    for (const [index, source] of (prefixItems as unknown[]).entries()) {
      edges.push({ source, path: `${path}[${index}]`, place: "item" });
    }
    if (items !== undefined) edges.push({ source: items, path: `${path}[]`, place: "item" });
  }
  return edges;
}

/** Returns the path of a property. */
export function joinPath(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}
