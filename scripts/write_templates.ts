/**
 * `deno task templates`: writes the files of `templates/` into a module of the package, because a
 * published module has no files beside it that it may read.
 *
 * @module
 */

import { fileURLToPath } from "node:url";

/** Templates, the default first. */
const TEMPLATES = ["barista", "support", "empty"];
/** Packages that files of a template import. */
const PACKAGES = ["valibot", "@ai-sdk/anthropic"];

const root = new URL("../", import.meta.url);
const { imports } = JSON.parse(await Deno.readTextFile(new URL("deno.json", root)));
const texts = await Promise.all(TEMPLATES.map(async (name) => {
  const folder = new URL(`templates/${name}/`, root);
  const files = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
  const entries = await Promise.all(
    files.sort().map(async (file) => {
      const text = await Deno.readTextFile(new URL(file, folder));
      return `    ${JSON.stringify(file)}:\n      ${JSON.stringify(text)},\n`;
    }),
  );
  return `  ${name}: {\n${entries.join("")}  },\n`;
}));
const packages = PACKAGES.map((name) =>
  `  ${formatKey(name)}: ${JSON.stringify(imports[name])},\n`
);

const file = new URL("src/cli/init/templates.ts", root);
await Deno.writeTextFile(
  file,
  `/**
 * Templates of \`nomos init\`. Written by \`deno task templates\` from the files in \`templates/\`.
 *
 * @module
 */

/** Texts of the files of each template. */
export const TEMPLATES = {
${texts.join("")}} as const;

/** Specifiers of the packages that the files import. */
export const PACKAGES = {
${packages.join("")}} as const;
`,
);
await new Deno.Command(Deno.execPath(), { args: ["fmt", "--quiet", fileURLToPath(file)] }).output();

function formatKey(name: string): string {
  return /^\w+$/.test(name) ? name : JSON.stringify(name);
}
