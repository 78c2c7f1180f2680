import { decide } from "@nomos/agent";
import { assertEquals, assertStringIncludes } from "@std/assert";
import { documentedCommands, runDocumented, runReal } from "./documented_command.ts";

Deno.test("the barista plays a visit without a permission, as documented", async () => {
  const [offline] = await documentedCommands("barista.ts");
  const lines = (await runDocumented(offline!)).trim().split("\n");
  assertEquals(lines.length, 9);
  assertEquals(lines.at(-1), "Barista: It is 600 cents");
});

Deno.test("the barista plays a visit with a real model, as documented", async () => {
  const [, real] = await documentedCommands("barista.ts");
  const printed = await runReal(real!, [
    decide.respond("We have latte"),
    decide.move("order"),
    decide.call("add_to_cart", { drink: "latte" }),
    decide.respond("Anything else?"),
    decide.end("Bye"),
  ]);
  assertStringIncludes(printed, "[add_to_cart] latte added for 350 cents");
  assertStringIncludes(printed, "Barista: Bye");
});

Deno.test("the tests of the barista run without a permission, as documented", async () => {
  const [offline] = await documentedCommands("barista_test.ts");
  assertStringIncludes(await runDocumented(offline!), "7 passed | 0 failed | 1 ignored");
});

Deno.test("the tests of the barista play a real model five times, as documented", async () => {
  const [, real] = await documentedCommands("barista_test.ts");
  const conversation = [
    { message: "A mocha", isDone: true },
    decide.move("order"),
    decide.call("add_to_cart", { drink: "mocha" }),
    decide.end("Here it is"),
    { reason: "It was", score: 1 },
  ];
  const [deno, test, ...rest] = real!;
  const command = [deno!, test!, "--filter=real model", ...rest];
  const printed = await runReal(command, Array.from({ length: 5 }, () => conversation).flat());
  assertStringIncludes(printed, "1 passed | 0 failed");
});
