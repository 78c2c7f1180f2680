/** Finds what a module imports. @module */

import { type Token, tokenize } from "./tokens.ts";

/** An import or a re-export of a module. */
export interface Import {
  /** The module it names. */
  readonly specifier: string;
  /** Whether it leaves nothing behind at run time. */
  readonly isTypeOnly: boolean;
}

/**
 * Finds the imports and re-exports of a module, dynamic ones with a literal specifier included.
 *
 * Only `import type` and `export type` count as type-only: under `verbatimModuleSyntax` a statement
 * whose names are all marked `type` inside the braces still loads the module. A type written as
 * `import("./module.ts").Name` is taken for a dynamic import.
 *
 * @param source The text of a TypeScript module.
 */
export function findImports(source: string): Import[] {
  const tokens = tokenize(source);
  return tokens.flatMap((token, index) => {
    if (token.kind !== "name" || isMark(tokens[index - 1], ".")) return [];
    if (token.text === "import") return readImport(tokens, index + 1) ?? [];
    if (token.text === "export") return readExport(tokens, index + 1) ?? [];
    return [];
  });
}

function readImport(tokens: readonly Token[], start: number): Import | undefined {
  const first = tokens[start];
  const second = tokens[start + 1];
  if (first?.kind === "string") return { specifier: first.text, isTypeOnly: false };
  if (isMark(first, "(")) {
    return second?.kind === "string" ? { specifier: second.text, isTypeOnly: false } : undefined;
  }
  if (first?.kind !== "name" && !isMark(first, "{") && !isMark(first, "*")) return undefined;
  const isDefaultCalledType = isMark(second, ",") || isName(second, "from");
  return readClause(tokens, start, isName(first, "type") && !isDefaultCalledType);
}

function readExport(tokens: readonly Token[], start: number): Import | undefined {
  const isTypeOnly = isName(tokens[start], "type");
  const first = tokens[isTypeOnly ? start + 1 : start];
  if (!isMark(first, "{") && !isMark(first, "*")) return undefined;
  return readClause(tokens, start, isTypeOnly);
}

/** Reads on to `from` and the module; a clause without one, such as a list of exports, is none. */
function readClause(
  tokens: readonly Token[],
  start: number,
  isTypeOnly: boolean,
): Import | undefined {
  for (let index = start; index < tokens.length; index++) {
    const token = tokens[index];
    const next = tokens[index + 1];
    if (isName(token, "from") && next?.kind === "string") {
      return { specifier: next.text, isTypeOnly };
    }
    const isEnd = isMark(token, ";") || isMark(token, "=") || isMark(token, "(") ||
      isMark(token, "}") && !isName(next, "from");
    if (isEnd) return undefined;
  }
  return undefined;
}

function isMark(token: Token | undefined, text: string): boolean {
  return token?.kind === "mark" && token.text === text;
}

function isName(token: Token | undefined, text: string): boolean {
  return token?.kind === "name" && token.text === text;
}
