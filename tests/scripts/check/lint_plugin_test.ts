import { assertEquals } from "@std/assert";
import configuration from "../../../deno.json" with { type: "json" };
import plugin from "../../../scripts/check/lint_plugin.ts";

function messagesOf(path: string, source: string): string[] {
  return Deno.lint.runPlugin(plugin, path, source).map(({ message }) => message);
}

Deno.test("no-disabled-test finds disabled tests", () => {
  const source = `Deno.test.only("a", () => {});
Deno.test({ name: "b", ignore: true, fn() {} });
Deno.test({ name: "c", "only": true, fn() {} });
Deno.test.ignore("d", () => {});
it.skip("e", () => {});
`;
  assertEquals(messagesOf("tests/a_test.ts", source), [
    'A test must not be disabled: "test.only"',
    'A test must not be disabled: "ignore: true"',
    'A test must not be disabled: "only: true"',
    'A test must not be disabled: "test.ignore"',
    'A test must not be disabled: "it.skip"',
  ]);
});

Deno.test("no-disabled-test allows conditions, other words and text", () => {
  const source = `// Deno.test.only is not for here
Deno.test({ name: "a", ignore: Deno.build.os === "windows", fn() {} });
Deno.test("b { only: true }", () => reader.skip(1));
const options = { ignore: false, readonly: true };
`;
  assertEquals(messagesOf("tests/a_test.ts", source), []);
});

Deno.test("no-disabled-test only lints tests", () => {
  assertEquals(messagesOf("src/tests.ts", "walk({ ignore: true });"), []);
});

Deno.test("the configuration lists the plugin", () => {
  assertEquals(configuration.lint.plugins, ["./scripts/check/lint_plugin.ts"]);
});
