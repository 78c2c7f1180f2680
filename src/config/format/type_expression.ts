/**
 * Type expressions of agent files, in the notation of Python, as JSON Schemas.
 *
 * @module
 */
import { quote } from "../../errors.ts";
import type { JsonSchema } from "../../json/json.ts";
import { findNearest } from "../../schema/option_shape.ts";

/** Problem of a type expression. */
export class TypeExpressionError extends Error {
  /** Known name of a type that is nearest to an unknown one. */
  readonly nearest: string | undefined;

  /** Creates the error. */
  constructor(message: string, nearest?: string) {
    super(message);
    this.nearest = nearest;
  }
}

const TOKEN_REGEXP =
  /\s*(?:(?<text>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")|(?<number>-?\d+(?:\.\d+)?)|(?<name>[A-Za-z_][\w.]*)|(?<sign>\.\.\.|[[\],|]))/y;
/** Maximum depth of a type. */
const MAX_DEPTH = 20;

const ATOMS: Readonly<Record<string, JsonSchema>> = {
  str: { type: "string" },
  string: { type: "string" },
  int: { type: "integer" },
  integer: { type: "integer" },
  float: { type: "number" },
  number: { type: "number" },
  bool: { type: "boolean" },
  boolean: { type: "boolean" },
  None: { type: "null" },
  null: { type: "null" },
  Any: {},
  any: {},
};
const LISTS = ["List", "list", "array", "Sequence", "Set", "set"];
const MAPS = ["Dict", "dict", "object", "Mapping"];
const TUPLES = ["Tuple", "tuple"];
const NAMES = [...Object.keys(ATOMS), ...LISTS, ...MAPS, ...TUPLES, "Union", "Optional", "Literal"];
const CONSTANTS: Readonly<Record<string, unknown>> = {
  True: true,
  true: true,
  False: false,
  false: false,
  None: null,
  null: null,
};

/**
 * Converts a type expression such as `List[str]`, `Optional[int]`, `Literal['a', 'b']`,
 * `Dict[str, float]` or `int | None` to a JSON Schema.
 *
 * @throws {TypeExpressionError} if it is not a type.
 */
export function convertType(expression: string): JsonSchema {
  const parser = new TypeParser(expression);
  const schema = parser.readUnion(0);
  parser.expect("end");
  return schema;
}

/** Kinds of tokens: `end` is the end of the expression. */
interface Token {
  readonly kind: "text" | "number" | "name" | "sign" | "end";
  readonly value: string;
}

class TypeParser {
  readonly #expression: string;
  #index = 0;
  #token: Token;

  constructor(expression: string) {
    this.#expression = expression;
    this.#token = this.#scan();
  }

  readUnion(depth: number): JsonSchema {
    if (depth > MAX_DEPTH) {
      throw new TypeExpressionError(`the type has more than ${MAX_DEPTH} levels`);
    }
    const types = [this.#readType(depth)];
    while (this.#skip("|")) types.push(this.#readType(depth));
    return unite(types);
  }

  expect(sign: string): void {
    if (sign === "end" ? this.#token.kind === "end" : this.#skip(sign)) return;
    const { kind, value } = this.#token;
    const found = kind === "end" ? "it ends" : `it has ${quote(value)}`;
    const wanted = sign === "end" ? "its end" : quote(sign);
    throw new TypeExpressionError(
      `${quote(this.#expression)} is not a type: ${found} where ${wanted} must be`,
    );
  }

  #readType(depth: number): JsonSchema {
    const { kind, value } = this.#token;
    if (kind !== "name") {
      const found = kind === "end" ? "a name is missing" : `${quote(value)} is no name`;
      throw new TypeExpressionError(`${quote(this.#expression)} is not a type: ${found}`);
    }
    const name = value.replace(/^(?:typing|builtins)\./, "");
    if (!NAMES.includes(name)) {
      throw new TypeExpressionError(`unknown type ${quote(value)}`, findNearest(name, NAMES));
    }
    this.#advance();
    if (Object.hasOwn(ATOMS, name)) return ATOMS[name]!;
    if (name === "Literal") return { enum: this.#readList(() => this.#readConstant()) };
    const hasItems = this.#token.value === "[" && this.#token.kind === "sign";
    if (!hasItems) {
      if (LISTS.includes(name) || TUPLES.includes(name)) return { type: "array" };
      if (MAPS.includes(name)) return { type: "object" };
    }
    if (TUPLES.includes(name)) return this.#readTuple(depth);
    const types = this.#readList(() => this.readUnion(depth + 1));
    const count = MAPS.includes(name) ? 2 : name === "Union" ? types.length : 1;
    if (types.length !== count) {
      throw new TypeExpressionError(
        `${
          quote(this.#expression)
        } is not a type: ${name} has ${types.length} parameters, not ${count}`,
      );
    }
    if (LISTS.includes(name)) return { type: "array", items: types[0]! };
    if (MAPS.includes(name)) return { type: "object", additionalProperties: types[1]! };
    return unite(name === "Optional" ? [types[0]!, ATOMS.None!] : types);
  }

  #readTuple(depth: number): JsonSchema {
    let isOpen = false;
    const types = this.#readList(() => {
      isOpen ||= this.#skip("...");
      return isOpen ? {} : this.readUnion(depth + 1);
    });
    if (isOpen) return { type: "array", items: types[0]! };
    const { length } = types;
    return { type: "array", prefixItems: types, items: false, minItems: length, maxItems: length };
  }

  #readConstant(): unknown {
    const { kind, value } = this.#token;
    this.#advance();
    if (kind === "number") return Number(value);
    if (kind === "text") return value.slice(1, -1).replace(/\\(.)/g, "$1");
    if (kind === "name" && Object.hasOwn(CONSTANTS, value)) return CONSTANTS[value];
    throw new TypeExpressionError(
      `${quote(this.#expression)} is not a type: Literal has ${
        quote(value)
      }, which is not text in ` +
        "quotes, a number, True, False or None",
    );
  }

  #readList<Item>(readItem: () => Item): Item[] {
    this.expect("[");
    const items: Item[] = [];
    do {
      if (items.length > 0 && this.#token.value === "]") break;
      items.push(readItem());
    } while (this.#skip(","));
    this.expect("]");
    return items;
  }

  #skip(sign: string): boolean {
    const isNext = this.#token.kind === "sign" && this.#token.value === sign;
    if (isNext) this.#advance();
    return isNext;
  }

  #advance(): void {
    this.#token = this.#scan();
  }

  #scan(): Token {
    TOKEN_REGEXP.lastIndex = this.#index;
    const groups = TOKEN_REGEXP.exec(this.#expression)?.groups;
    if (groups === undefined) {
      const rest = this.#expression.slice(this.#index).trim();
      if (rest === "") return { kind: "end", value: "" };
      throw new TypeExpressionError(`${quote(this.#expression)} is not a type: ${quote(rest)}`);
    }
    this.#index = TOKEN_REGEXP.lastIndex;
    const [kind, value] = Object.entries(groups).find(([, value]) => value !== undefined)!;
    return { kind: kind as Token["kind"], value };
  }
}

/** Returns the schema of a value of one of several types. */
function unite(types: readonly JsonSchema[]): JsonSchema {
  return types.length === 1 ? types[0]! : { anyOf: types };
}
