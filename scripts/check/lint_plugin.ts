/**
 * Lint rules of this repository, listed under `lint.plugins` in `deno.json`.
 *
 * @module
 */

/** Options and methods that disable a test or all others. */
const DISABLING_WORDS = ["ignore", "only", "skip"];

/** Functions that declare a test. */
const DECLARING_WORDS = ["test", "it", "describe", "step", "bench"];

/** Files to lint. In others, `ignore: true` has another meaning. */
const TEST_FILE_REGEXP = /(?:^|[/\\])tests[/\\]/;

const noDisabledTest: Deno.lint.Rule = {
  create(context) {
    if (!TEST_FILE_REGEXP.test(context.filename)) return {};
    const report = (node: Deno.lint.Node, words: string) => {
      context.report({ node, message: `A test must not be disabled: "${words}"` });
    };
    return {
      MemberExpression(node) {
        const { object, property } = node;
        const declaring = object.type === "MemberExpression" ? object.property : object;
        const [before, word] = [nameOf(declaring), nameOf(property)];
        if (!DECLARING_WORDS.includes(before) || !DISABLING_WORDS.includes(word)) return;
        report(node, `${before}.${word}`);
      },
      Property(node) {
        const word = nameOf(node.key);
        const isTrue = node.value.type === "Literal" && node.value.value === true;
        if (isTrue && DISABLING_WORDS.includes(word)) report(node, `${word}: true`);
      },
    };
  },
};

function nameOf(node: Deno.lint.Node): string {
  if (node.type === "Identifier") return node.name;
  return node.type === "Literal" ? String(node.value) : "";
}

const plugin: Deno.lint.Plugin = {
  name: "nomos",
  rules: { "no-disabled-test": noDisabledTest },
};

export default plugin;
