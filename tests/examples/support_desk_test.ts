import { decide, MockLLM } from "@nomos/agent";
import { explore } from "@nomos/agent/testing";
import { assertEquals, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import { inTemporaryFolder } from "../../scripts/child.ts";
import { createSupportDesk } from "../../examples/support_desk.ts";
import { documentedCommands, runDocumented, runReal } from "./documented_command.ts";

const WAITS = 'Waits for approval: refund {"order":"A-1001","cents":4200}';

Deno.test("the support desk has no dead end", async () => {
  (await explore(createSupportDesk(new MockLLM()))).assertComplete();
});

Deno.test("the support desk refunds in another process once it is approved", async () => {
  const [ask, approve] = await documentedCommands("support_desk.ts");
  await inTemporaryFolder(async (folder) => {
    const cwd = fileURLToPath(folder);
    assertStringIncludes(await runDocumented(ask!, { cwd }), WAITS);
    assertStringIncludes(await runDocumented(approve!, { cwd }), "[refund] Refunded 4200 cents");
    assertEquals(await runDocumented(approve!, { cwd }), "Nothing waits for approval\n");
  });
});

Deno.test("the support desk passes on the reason of a denial", async () => {
  const [ask, approve] = await documentedCommands("support_desk.ts");
  await inTemporaryFolder(async (folder) => {
    const cwd = fileURLToPath(folder);
    await runDocumented(ask!, { cwd });
    const deny = [...approve!.slice(0, -1), "deny", "No photo"];
    assertStringIncludes(await runDocumented(deny, { cwd }), "[refund] No photo");
  });
});

Deno.test("the support desk asks a real model with the documented permissions", async () => {
  const [ask, , permissions] = await documentedCommands("support_desk.ts");
  const [deno, run, ...rest] = ask!;
  await inTemporaryFolder(async (folder) => {
    const command = [deno!, run!, ...permissions!, ...rest, "--real"];
    const output = decide.call("refund", { order: "A-1001", cents: 4_200 });
    assertStringIncludes(await runReal(command, [output], fileURLToPath(folder)), WAITS);
  });
});
