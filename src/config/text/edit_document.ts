/**
 * Edits of a YAML document: only what differs is changed, so that comments and the form of the
 * rest stay.
 *
 * @module
 */
import {
  type Document,
  isCollection,
  isMap,
  isNode,
  isScalar,
  isSeq,
  type Node,
  Pair,
  Scalar,
  visit,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";
import { isEqual } from "../../schema/lowering/merge_keywords.ts";
import { isRecord } from "../../schema/option_shape.ts";

/** Returns the key of an object as the file spells it. */
type Spell = (value: unknown, key: string) => string | number;

/** Text that other versions of YAML read as another type than text. */
const AMBIGUOUS_REGEXP = /^(?:y|yes|n|no|on|off|true|false|null|~|[-+]?[\d.][\d._:e+-]*)$/i;
/** Keys by which the items of a list are recognized. */
const IDENTITIES = ["step_id", "target", "key", "tag", "flow_id", "context"];

/** Editor of a document whose content is known as a value. */
export class DocumentEditor {
  readonly #document: Document.Parsed;
  readonly #text: string;
  readonly #spell: Spell;
  readonly #touched = new Set<unknown>();
  /** True if the text has aliases or merged keys, which were replaced by copies. */
  #hasAliases = false;

  /** Creates the editor of a document that was parsed from a text. */
  constructor(document: Document.Parsed, text: string, spell: Spell) {
    this.#document = document;
    this.#text = text;
    this.#spell = spell;
  }

  /**
   * Changes the document from one value to another one, and returns its text. May be called once.
   *
   * @param keepsForm If true, what did not change is copied from the text. In a text with irregular
   *   indentation, the copies may not fit.
   */
  edit(from: unknown, to: unknown, keepsForm: boolean): string {
    this.#resolveAliases();
    this.#document.contents = this.#merge(this.#document.contents, from, to) as never;
    if (keepsForm) this.#keepForm();
    const edited = this.#document.toString({
      lineWidth: 0,
      indent: Number(/^( +)\S/m.exec(this.#text)?.[1]?.length ?? 2),
      // Items of a list in the column of its key.
      indentSeq: !/^( *)[^\s#-].*:\n\1- /m.test(this.#text),
    });
    const [blank = ""] = /^\uFEFF?(?:[ \t]*\r?\n)*/.exec(this.#text) ?? [];
    const whole = blank + edited.trimStart();
    return this.#text.includes("\r\n") ? whole.replace(/\r?\n/g, "\r\n") : whole;
  }

  /** Replaces aliases and merged keys by copies, because an edit may be meant for one place only. */
  #resolveAliases(): void {
    const document = this.#document;
    visit(document, {
      Alias: (_, alias) => {
        this.#hasAliases = true;
        const copy = alias.resolve(document)?.clone() as Node | undefined;
        if (copy !== undefined) {
          visit(copy, (_, node) => void delete (node as { anchor?: string }).anchor);
        }
        return copy;
      },
    });
    visit(document, {
      Map: (_, map) => {
        const own = new Set(map.items.map(({ key }) => String(key)));
        map.items = map.items.flatMap((pair) => {
          if (String(pair.key) !== "<<") return [pair];
          this.#hasAliases = true;
          const sources = isSeq(pair.value) ? pair.value.items : [pair.value];
          return sources.flatMap((source) => isMap(source) ? source.items : [])
            .filter(({ key }) => !own.has(String(key)) && own.add(String(key)));
        });
      },
      Node: (_, node) => void delete (node as { anchor?: string }).anchor,
    });
  }

  /** Returns the node of a new value, with as much of the old node as possible. */
  #merge(node: unknown, from: unknown, to: unknown): unknown {
    if (isEqual(from, to)) return node;
    this.#touched.add(node);
    if (isMap(node) && isRecord(from) && isRecord(to)) return this.#mergeMap(node, from, to);
    if (isSeq(node) && Array.isArray(from) && Array.isArray(to)) {
      return this.#mergeList(node, from, to);
    }
    const created = this.#create(to);
    if (isNode(node)) {
      const { comment, commentBefore, spaceBefore } = node;
      Object.assign(created, { comment, commentBefore, spaceBefore });
    }
    // The quotes of the old text are kept.
    if (isScalar(node) && isScalar(created) && created.type === undefined) {
      if (typeof to === "string" && node.type !== undefined) created.type = node.type;
    }
    return created;
  }

  #mergeMap(node: YAMLMap, from: Readonly<Record<string, unknown>>, to: typeof from): YAMLMap {
    for (const key of new Set([...Object.keys(from), ...Object.keys(to)])) {
      const [before, after] = [from[key], to[key]];
      if (isEqual(before, after)) continue;
      const spelled = String(this.#spell(from, key));
      const pair = (node.items as Pair[]).find(({ key }) => isScalar(key) && key.value === spelled);
      if (after === undefined) node.delete(spelled);
      else if (pair === undefined) {
        node.add(new Pair(this.#create(spelled), this.#create(after, before)));
      } else pair.value = this.#merge(pair.value, before, after);
    }
    return node;
  }

  #mergeList(node: YAMLSeq, from: readonly unknown[], to: readonly unknown[]): YAMLSeq {
    const free = new Set(from.keys());
    const take = (matches: (item: unknown, index: number) => boolean): number | undefined => {
      const found = [...free].find((index) => matches(from[index], index));
      if (found !== undefined) free.delete(found);
      return found;
    };
    const matches = to.map((value) => take((item) => isEqual(item, value)));
    to.forEach((value, at) => matches[at] ??= take((item) => isSameItem(item, value)));
    to.forEach((value, at) => {
      const isNameless = isRecord(value) ? identify(value) === undefined : true;
      matches[at] ??= isNameless ? take((_, index) => index === at) : undefined;
    });
    const [first] = node.items;
    if (matches[0] !== 0 && isNode(first) && node.commentBefore) {
      // A comment before the first item belongs to it, not to the list.
      first.commentBefore = [node.commentBefore, first.commentBefore].filter(Boolean).join("\n");
      node.commentBefore = null;
    }
    const items = to.map((value, at) => {
      const index = matches[at];
      return index === undefined
        ? this.#create(value)
        : this.#merge(node.items[index], from[index], value);
    });
    node.items = items;
    return node;
  }

  /** Creates the node of a value; of an object with defaults, only of what differs from them. */
  #create(value: unknown, defaults?: unknown): Node {
    const created = this.#document.createNode(omitDefaults(value, defaults));
    visit(created, {
      Scalar: (_, scalar) => {
        if (typeof scalar.value === "string" && AMBIGUOUS_REGEXP.test(scalar.value)) {
          scalar.type = Scalar.QUOTE_DOUBLE;
        }
      },
    });
    return created;
  }

  /** Keeps the text of values that did not change, and the padding of flow collections that did. */
  #keepForm(): void {
    visit(this.#document, {
      Collection: (_, node) => {
        if (!node.flow || node.range == null) return;
        const source = this.#text.slice(node.range[0], node.range[1]);
        const print = node.toString.bind(node) as (...args: unknown[]) => string;
        const flowCollectionPadding = /^[[{]\s/.test(source) ? " " : "";
        node.toString = this.#isKept(node)
          ? () => source
          : ((context: object, ...rest: unknown[]) => {
            return print({ ...context, flowCollectionPadding }, ...rest);
          }) as typeof node.toString;
      },
      Map: (_, map) => {
        if (map.flow) return;
        for (const pair of map.items) {
          const text = this.#findLine(pair);
          if (text !== undefined) pair.toString = () => text;
        }
      },
    });
  }

  /**
   * Returns the text of a key and its value, if they did not change and are not a block of other
   * values.
   */
  #findLine({ key, value }: Pair): string | undefined {
    const isSimple = isScalar(value) || isCollection(value) && value.flow;
    if (!isSimple || !isScalar(key) || !key.range || !value.range || !this.#isKept(value)) return;
    const [start] = key.range;
    const [, end, after] = value.range;
    const isBlock = isScalar(value) && value.type?.startsWith("BLOCK");
    // The comment after the value is on the same line.
    const [comment = ""] = isBlock ? [] : this.#text.slice(end, after).split("\n", 1);
    return `${this.#text.slice(start, end)}${comment}`.trimEnd();
  }

  /** Returns true if the text of a node is still that of its value. */
  #isKept(node: Node): boolean {
    let isKept = !this.#hasAliases;
    visit(node, (_, inner) => void (isKept &&= !this.#touched.has(inner)));
    return isKept;
  }
}

/** Returns the parts of a value that differ from its defaults. */
function omitDefaults(value: unknown, defaults: unknown): unknown {
  if (!isRecord(value) || !isRecord(defaults)) return value;
  return Object.fromEntries(
    Object.entries(value).filter(([key, item]) => !isEqual(item, defaults[key]))
      .map(([key, item]) => [key, omitDefaults(item, defaults[key])]),
  );
}

function isSameItem(item: unknown, other: unknown): boolean {
  const identity = identify(item);
  return identity !== undefined && identity === identify(other);
}

function identify(item: unknown): string | undefined {
  if (!isRecord(item)) return undefined;
  const key = IDENTITIES.find((key) => typeof item[key] === "string");
  return key && `${key}=${item[key]}`;
}
