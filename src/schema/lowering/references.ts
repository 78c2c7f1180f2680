/**
 * Resolution of `$ref` inside one JSON Schema.
 *
 * @module
 */
import { isPlainObject, type JsonSchema } from "../../json/json.ts";

/** Base address of a schema without `$id`. */
const NO_ID = "schema:///";

/** Keywords whose values are data, which may look like a schema. */
const DATA_KEYWORDS = ["const", "default", "enum", "examples"];

/** Targets of the references of one JSON Schema. */
export class References {
  readonly #root: JsonSchema;
  /** Base address of each schema that has an address of its own, or is inside of one. */
  readonly #bases = new Map<object, string>();
  /** Schemas with an `$id` or an anchor by their address; undefined until the first reference. */
  #addressed: Map<string, unknown> | undefined;

  constructor(root: JsonSchema) {
    this.#root = root;
  }

  /** Returns the target of a schema's `$ref`; undefined if it is not inside the schema. */
  resolve(source: JsonSchema): unknown {
    const addressed = this.#addressed ??= this.#readAddresses();
    const url = URL.parse(String(source.$ref), this.#bases.get(source) ?? NO_ID);
    if (url === null) return undefined;
    const fragment = decode(url.hash.slice(1));
    url.hash = "";
    if (!fragment.startsWith("/")) {
      return addressed.get(fragment === "" ? url.href : `${url.href}#${fragment}`);
    }
    let target = addressed.get(url.href);
    for (const part of fragment.slice(1).split("/")) {
      const key = part.replaceAll("~1", "/").replaceAll("~0", "~");
      const isInside = typeof target === "object" && target !== null && Object.hasOwn(target, key);
      target = isInside ? (target as Record<string, unknown>)[key] : undefined;
    }
    return target;
  }

  /** Visits all parts without recursion, because a schema may be deep. */
  #readAddresses(): Map<string, unknown> {
    const addressed = new Map<string, unknown>([[NO_ID, this.#root]]);
    const pending: [part: unknown, base: string][] = [[this.#root, NO_ID]];
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      const [part, outer] = next;
      if (typeof part !== "object" || part === null) continue;
      let base = outer;
      if (isPlainObject(part)) {
        const { $id, id, $anchor, $dynamicAnchor } = part;
        const own = $id ?? id;
        const address = typeof own === "string" ? URL.parse(own, outer) : null;
        if (address?.hash.length! > 1) addressed.set(address!.href, part);
        else if (address) {
          address.hash = "";
          addressed.set(base = address.href, part);
        }
        for (const anchor of [$anchor, $dynamicAnchor]) {
          if (typeof anchor === "string") addressed.set(`${base}#${anchor}`, part);
        }
        if (base !== NO_ID) this.#bases.set(part, base);
      }
      for (const [key, inner] of Object.entries(part)) {
        if (!DATA_KEYWORDS.includes(key)) pending.push([inner, base]);
      }
    }
    return addressed;
  }
}

function decode(fragment: string): string {
  try {
    return decodeURIComponent(fragment);
  } catch {
    return fragment;
  }
}
