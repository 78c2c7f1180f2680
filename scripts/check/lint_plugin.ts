/**
 * Lint rules of this repository, listed under `lint.plugins` in `deno.json`.
 *
 * @module
 */

/** Options and methods of a test that leave it, or all the others, out. */
const DISABLING_WORDS = ["ignore", "only", "skip"];

/** Functions that declare a test. */
const DECLARING_WORDS = ["test", "it", "describe", "step", "bench"];

/** Options of tests are looked for in tests only: elsewhere `ignore: true` means something else. */
const TEST_FILE_REGEXP = /(?:^|[/\\])tests[/\\]/;

const noDisabledTest: Deno.lint.Rule = {
  create(context) {
    if (!TEST_FILE_REGEXP.test(context.filename)) return {};
    const report = (node: Deno.lint.Node, words: string) => {
      context.report({ node, message: `A test must not be left out: "${words}"` });
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
