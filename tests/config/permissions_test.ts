import { parseConfig, readConfig, requiredPermissions } from "@nomos/agent/config";
import { assertEquals } from "@std/assert";
import { fixture, withLines } from "./fixtures.ts";

Deno.test("requiredPermissions, lists hosts and keys of all models, files and variables", async () => {
  assertEquals(requiredPermissions(await readConfig(fixture("agent.yaml"))), {
    read: [fixture("").replace(/\/$/, "")],
    net: ["api.anthropic.com", "api.openai.com"],
    env: ["ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL", "OPENAI_API_KEY"],
  });
  const bakery = await readConfig(fixture("bakery.yaml"), { ignoreFlows: true });
  assertEquals(requiredPermissions(bakery).env, ["DATABASE_URL", "OPENAI_API_KEY"]);
});

Deno.test("requiredPermissions, lists files outside of the folder, and what the file asks for", () => {
  const file = parseConfig(
    "cafe/agent.yaml",
    withLines(
      "schemas: { trip: ../schemas/trip.json }",
      "tools:",
      "  files: [tools.ts, ../shared/tools.ts, 'https://code.example/tools.ts', 'https://', 'npm:menu@1']",
      "  ext: [{ tag: '@pkg/../lib/days.ts.addDays' }, { tag: '@pkg/npm:x.y' }]",
      "permissions: { read: [./menu.json, /data], net: true, run: [git], write: [out], env: false }",
    ),
  );
  assertEquals(requiredPermissions(file), {
    read: ["/data", "cafe", "lib/days.ts", "schemas/trip.json", "shared/tools.ts"],
    write: ["cafe/out"],
    net: true,
    run: ["git"],
    import: ["code.example"],
  });
});

Deno.test("requiredPermissions, reads the environment for URLs only if it is passed", () => {
  const file = parseConfig(
    "agent.yaml",
    withLines(
      "llm:",
      "  global: { provider: azure, model: m, kwargs: { api_key: $KEY } }",
      "  other: { provider: openai, model: m, kwargs: { base_url: '${URL}' } }",
      "  local: { provider: ollama, model: m }",
      "embedding_model: { provider: cohere, model: m }",
    ),
  );
  const env = [
    "AZURE_OPENAI_ENDPOINT",
    "COHERE_API_KEY",
    "CO_API_KEY",
    "KEY",
    "OPENAI_API_KEY",
    "URL",
  ];
  const net = ["api.cohere.ai", "localhost:11434"];
  assertEquals(requiredPermissions(file), { read: ["."], net, env });
  const values: Record<string, string> = {
    AZURE_OPENAI_ENDPOINT: "https://x.openai.azure.com",
    URL: "http://10.0.0.1:8000/v1",
  };
  assertEquals(requiredPermissions(file, (name) => values[name]).net, [
    "10.0.0.1:8000",
    "api.cohere.ai",
    "localhost:11434",
    "x.openai.azure.com",
  ]);
});
