import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import configuration from "../deno.json" with { type: "json" };
import jsrConfiguration from "../deno.jsr.json" with { type: "json" };
import { inTemporaryFolder, runDeno } from "../scripts/child.ts";

const ROOT = new URL("../", import.meta.url);

/** Reads a file of the repository. */
function read(path: string): Promise<string> {
  return Deno.readTextFile(new URL(path, ROOT));
}

Deno.test("docs/getting-started.md contains docs/barista.ts", async () => {
  const [page, file] = await Promise.all([
    read("docs/getting-started.md"),
    read("docs/barista.ts"),
  ]);
  const [, ...lines] = file.split("\n"); // without the module documentation
  assertStringIncludes(page, `\`\`\`ts\n${lines.join("\n")}\`\`\``);
});

Deno.test("docs/agent-files.md contains the files of docs/cafe/", async () => {
  const [page, file, tools] = await Promise.all(
    ["docs/agent-files.md", "docs/cafe/agent.yaml", "docs/cafe/tools.ts"].map(read),
  );
  assertStringIncludes(page!, `\`\`\`yaml\n${file}\`\`\``);
  const [, ...lines] = tools!.split("\n"); // without the module documentation
  assertStringIncludes(page!, `\`\`\`ts ignore\n${lines.join("\n")}\`\`\``);
});

Deno.test("docs/testing.md contains docs/cafe/tests.agent.yaml", async () => {
  const [page, file] = await Promise.all([
    read("docs/testing.md"),
    read("docs/cafe/tests.agent.yaml"),
  ]);
  assertStringIncludes(page, `\`\`\`yaml\n${file}\`\`\``);
});

Deno.test("README.md and docs/ link to files that exist", async () => {
  const pages = ["README.md"];
  for await (const { name } of Deno.readDir(new URL("docs/", ROOT))) {
    if (name.endsWith(".md")) pages.push(`docs/${name}`);
  }
  const broken: string[] = [];
  for (const page of pages) {
    for (const [, target] of (await read(page)).matchAll(/\]\((?!https?:)([^)]+)\)/g)) {
      const url = new URL(target!, new URL(page, ROOT));
      const { hash } = url;
      url.hash = "";
      try {
        const text = await Deno.readTextFile(url);
        if (hash !== "" && !listAnchors(text).has(hash)) broken.push(`${page}: ${target}`);
      } catch {
        broken.push(`${page}: ${target}`);
      }
    }
  }
  assertEquals(broken, []);
});

/** Returns the anchors of a page's headings. */
function listAnchors(page: string): Set<string> {
  const headings = page.matchAll(/^#+ (.+)$/gm);
  return new Set(
    Array.from(
      headings,
      ([, heading]) => `#${heading!.toLowerCase().replace(/[^\w\s-]/g, "").replaceAll(" ", "-")}`,
    ),
  );
}

Deno.test("README.md has at most 180 lines and imports only the packages that it installs", async () => {
  const readme = await read("README.md");
  assert(readme.trimEnd().split("\n").length <= 180);
  const imports = Array.from(readme.matchAll(/from "([^"]+)"/g), ([, specifier]) => specifier!);
  const others = imports.filter((name) => !/^(?:@nomos\/agent(?:\/.+)?|valibot)$/.test(name));
  assertEquals(others, []);
});

Deno.test("README.md shows programs that run as they are pasted", async () => {
  const blocks = (await read("README.md")).matchAll(/^```ts.*\n([^]*?)^```$/gm);
  await inTemporaryFolder(async (folder) => {
    const save = (name: string, content: string) =>
      Deno.writeTextFile(new URL(name, folder), content);
    await save("deno.json", JSON.stringify({ imports: publishedImports() }));
    await save("deno.lock", await read("deno.lock"));
    for (const name of ["main.ts", "chat.ts"]) await save(name, blocks.next().value![1]!);
    const run = (name: string) => runDeno(["run", "--no-prompt", "--no-check", name], folder);
    assertEquals(await run("main.ts"), "checkout One latte. Anything else?\n");
    assertEquals(await run("chat.ts"), ""); // without a terminal, prompt() returns null
  });
});

/** The imports of a project that has added the package. */
function publishedImports(): Record<string, string> {
  const imports: Record<string, string> = {
    ...configuration.imports,
    "@std/assert": new URL("scripts/offline/std-assert/mod.ts", ROOT).href,
  };
  for (const [entry, path] of Object.entries(configuration.exports)) {
    imports[`@nomos/agent${entry.slice(1)}`] = new URL(path, ROOT).href;
  }
  return imports;
}

Deno.test("deno.jsr.json differs from deno.json only in the settings for the stand-ins", () => {
  const { name, version, license, exports, imports, compilerOptions, test } = configuration;
  const { exclude: _, lock, ...shared } = jsrConfiguration;
  assertEquals(shared, { name, version, license, exports, imports, compilerOptions, test });
  assertEquals(lock, false);
});
