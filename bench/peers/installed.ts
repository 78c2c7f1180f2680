/**
 * Size of installed packages, including their dependencies.
 *
 * @module
 */
import core from "../../deno.json" with { type: "json" };
import { runDeno } from "../../scripts/child.ts";
import { CONFIG } from "./peer_process.ts";

/** Packages of some imports. */
export interface Installed {
  /** Versions of the imported packages, by name. */
  readonly versions: Readonly<Record<string, string>>;
  /** Number of packages, including dependencies. */
  readonly packages: number;
  /** Size of their files, in bytes. */
  readonly bytes: number;
}

/** Output of `deno info --json` for a program. */
interface Info {
  readonly modules: readonly (
    | { readonly kind: "npm"; readonly npmPackage: string }
    | { readonly kind: "esm"; readonly specifier: string; readonly size: number }
  )[];
  readonly npmPackages: Readonly<Record<string, NpmPackage>>;
}

interface NpmPackage {
  readonly name: string;
  readonly version: string;
  /** Keys of its dependencies. */
  readonly dependencies: readonly string[];
  readonly localPath: string;
}

/** Root of the core, which is not installed as a package here. */
const ROOT = new URL("../../", import.meta.url).href;

/** Finds the packages that a program with these imports needs. */
export async function findInstalled(imports: readonly string[]): Promise<Installed> {
  const program = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(program, writeProgram(imports));
    return await summarize(JSON.parse(await runDeno(["info", "--json", CONFIG, program])));
  } finally {
    await Deno.remove(program);
  }
}

async function summarize({ modules, npmPackages }: Info): Promise<Installed> {
  const roots = new Set(
    modules.flatMap((module) => module.kind === "npm" ? [module.npmPackage] : []),
  );
  const own = modules.flatMap((module) =>
    module.kind === "esm" && module.specifier.startsWith(ROOT) ? [module.size] : []
  );
  // Iterating over a set visits elements that are added meanwhile.
  const needed = new Set(roots);
  for (const key of needed) for (const other of npmPackages[key]!.dependencies) needed.add(other);
  const sizes = await Promise.all(
    [...needed].map((key) => measureFolder(npmPackages[key]!.localPath)),
  );
  const versions = [...roots].map((key): [string, string] => {
    const { name, version } = npmPackages[key]!;
    return [name, version];
  });
  if (own.length > 0) versions.unshift([core.name, core.version]);
  return {
    versions: Object.fromEntries(versions),
    packages: needed.size + (own.length > 0 ? 1 : 0),
    bytes: [...sizes, ...own].reduce((sum, size) => sum + size, 0),
  };
}

/** Writes a program that only imports. */
export function writeProgram(imports: readonly string[]): string {
  return imports.map((one) => `import ${JSON.stringify(one)};\n`).join("");
}

/** Measures the files of a folder, in bytes. */
async function measureFolder(folder: string): Promise<number> {
  let bytes = 0;
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    bytes += isDirectory ? await measureFolder(path) : (await Deno.lstat(path)).size;
  }
  return bytes;
}
