/**
 * Tags of external tools.
 *
 * @module
 */
import { quote } from "../../errors.ts";
import type { ProblemText } from "../text/source.ts";

/** Export of a package or a module. */
export interface ToolExport {
  /** Specifier of the module: `npm:date-fns`, `jsr:@std/text`, or a path that begins with a dot. */
  readonly specifier: string;
  /** Name of the export. */
  readonly name: string;
}

const EXPECTED = "@pkg/ with an npm:, jsr: or relative module, a dot and an export, " +
  "for example @pkg/npm:date-fns.addDays or @pkg/./prices.ts.lookUp";
const MODULE_REGEXP = /^(?:npm:|jsr:|\.\.?\/)/;
const EXPORT_REGEXP = /^(.+)\.([\p{ID_Start}$_][\p{ID_Continue}$]*)$/u;

/** Kinds of tags that are not loaded, and the alternative to each. */
const OTHERS: Readonly<Record<string, ProblemText>> = {
  api: {
    message: "tools of HTTP APIs are not supported yet",
    expected: "a Tool in a file of tools.files whose run calls fetch(url, { signal })",
  },
  mcp: {
    message: "tools of MCP servers are not supported yet",
    expected: "a Tool in a file of tools.files that calls the server",
  },
  crewai: {
    message: "tools of CrewAI are Python classes, which JavaScript cannot load",
    expected: "a LangChain.js tool or a Tool, exported by a file of tools.files",
  },
  langchain: {
    message: "tools of LangChain for Python cannot be loaded",
    expected: "the same tool of LangChain.js (npm:@langchain/community), exported by a file of " +
      "tools.files",
  },
};

/** Parses a tag, or returns the problem that it has. */
export function parseTag(tag: string): ToolExport | { readonly problem: ProblemText } {
  const [, kind = "", rest = ""] = /^@?([^/]*)\/(.*)$/s.exec(tag) ?? [];
  if (Object.hasOwn(OTHERS, kind)) {
    const { message, expected = "" } = OTHERS[kind]!;
    return { problem: { message: `${quote(tag)}: ${message}`, expected } };
  }
  if (kind !== "pkg") {
    return { problem: { message: `it is ${quote(tag)}`, expected: EXPECTED } };
  }
  if (!MODULE_REGEXP.test(rest)) {
    const message = `${quote(tag)} names a Python package, which JavaScript cannot load`;
    return { problem: { message, expected: EXPECTED } };
  }
  const [, specifier, name] = EXPORT_REGEXP.exec(rest) ?? [];
  if (specifier === undefined || /^\.+$/.test(specifier) || name === undefined) {
    return { problem: { message: `it is ${quote(tag)}`, expected: EXPECTED } };
  }
  return { specifier, name };
}

/** Returns the default name of a tool, in snake case. */
export function nameTool({ name }: ToolExport): string {
  return name.replace(/([a-z\d])([A-Z])/g, "$1_$2").replace(/([A-Z]+)([A-Z][a-z])/g, "$1_$2")
    .toLowerCase();
}
