/**
 * Size of a peer's packages on disk, dependencies included.
 *
 * @module
 */
import core from "../../deno.json" with { type: "json" };
import { runDeno } from "../../scripts/child.ts";
import { CONFIG } from "./peer_process.ts";

/** The packages behind some imports. */
export interface Installed {
  /** Versions of the imported packages, by name. */
  readonly versions: Readonly<Record<string, string>>;
  /** Packages, those that others need included. */
  readonly packages: number;
  /** Bytes of their files. */
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
  /** The keys of what it needs. */
  readonly dependencies: readonly string[];
  readonly localPath: string;
}

/** Root of the core, which is not installed as a package here. */
const ROOT = new URL("../../", import.meta.url).href;

/** Looks up what a program with these imports needs. */
export async function findInstalled(imports: readonly string[]): Promise<Installed> {
  const program = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(program, programOf(imports));
    return await installedBy(JSON.parse(await runDeno(["info", "--json", CONFIG, program])));
  } finally {
    await Deno.remove(program);
  }
}

async function installedBy({ modules, npmPackages }: Info): Promise<Installed> {
  const roots = new Set(
    modules.flatMap((module) => module.kind === "npm" ? [module.npmPackage] : []),
  );
  const own = modules.flatMap((module) =>
    module.kind === "esm" && module.specifier.startsWith(ROOT) ? [module.size] : []
  );
  // A set visits what is added to it on the way.
  const needed = new Set(roots);
  for (const key of needed) for (const other of npmPackages[key]!.dependencies) needed.add(other);
  const sizes = await Promise.all([...needed].map((key) => bytesOf(npmPackages[key]!.localPath)));
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

/** A program that imports, and does nothing else. */
export function programOf(imports: readonly string[]): string {
  return imports.map((one) => `import ${JSON.stringify(one)};\n`).join("");
}

/** The bytes of all files of a folder. */
async function bytesOf(folder: string): Promise<number> {
  let bytes = 0;
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    bytes += isDirectory ? await bytesOf(path) : (await Deno.lstat(path)).size;
  }
  return bytes;
}
