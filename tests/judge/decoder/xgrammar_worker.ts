/**
 * Worker with XGrammar, compiled to WebAssembly. It answers each {@linkcode Question} with a
 * {@linkcode Verdict}; after an abort, it must be replaced.
 *
 * @module
 */
import type * as xgrammar from "@mlc-ai/web-xgrammar";
import type { JsonSchema } from "@nomos/agent";

/** A schema, and texts that are written under its grammar. */
export interface Question {
  readonly schema: JsonSchema;
  readonly texts: readonly string[];
}

/** Acceptance of each text; or the reason why the decoder aborted. */
export type Verdict = { readonly accepted: readonly boolean[] } | { readonly aborted: string };

/** Scope of the worker, with the global variables of the library. */
const scope = globalThis as unknown as {
  document?: unknown;
  xgrammar: typeof xgrammar;
  onmessage: (event: MessageEvent<Question>) => void;
  postMessage(verdict: Verdict): void;
};

/** Lines that the library printed. It keeps the functions of the console at its start. */
const printed: string[] = [];
console.log = console.error = (line: string) => printed.push(line);

// The library's file is a script that is published as an ES module: it exports nothing, sets
// a global variable, and takes its own address from `document`.
scope.document = { currentScript: null, baseURI: import.meta.url };
await import("@mlc-ai/web-xgrammar");
const { Grammar, GrammarCompiler, GrammarMatcher, TokenizerInfo } = scope.xgrammar;
const bytes = Array.from({ length: 256 }, (_, byte) => {
  return `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`;
});
const tokens = [...bytes, "</s>"];
const compiler = await GrammarCompiler.createGrammarCompiler(
  await TokenizerInfo.createTokenizerInfo(tokens, "byte_fallback", false, tokens.length, 256),
  false,
);

/** Compiles a schema as vLLM and SGLang do: with free white space, and without unlisted keys. */
async function judge({ schema, texts }: Question): Promise<Verdict> {
  const grammar = await Grammar.fromJSONSchema(JSON.stringify(schema), true);
  const compiled = await compiler.compileGrammar(grammar);
  const accepted: boolean[] = [];
  for (const text of texts) {
    const matcher = await GrammarMatcher.createGrammarMatcher(compiled, undefined, true);
    accepted.push(matcher._acceptString(text) && matcher.isTerminated());
    matcher.dispose();
  }
  compiled.dispose();
  grammar.dispose();
  return { accepted };
}

scope.onmessage = async ({ data }) => {
  try {
    scope.postMessage(await judge(data));
  } catch (error) {
    const reason = printed.findLast((line) => line.includes("[FATAL]")) ?? `${error}`;
    scope.postMessage({ aborted: reason.replace(/^.*\/cpp\//, "") });
  }
};
scope.postMessage({ accepted: [] });
