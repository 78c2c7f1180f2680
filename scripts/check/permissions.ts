/** Checks that the core runs without any permission. @module */

import { fileURLToPath } from "node:url";
import { judgeExample, writeExample } from "./example.ts";
import { runProcess } from "./process.ts";
import type { Report } from "./report.ts";
import { inTemporaryFolder } from "./temporary_folder.ts";

/**
 * Runs the example agent outside the repository, with no permission given and none to ask for.
 *
 * @param root The folder of the repository.
 */
export function checkPermissions(root: URL): Promise<Report> {
  return inTemporaryFolder(async (folder) => {
    const program = new URL("example.js", folder);
    const core = new URL("mod.ts", root).href;
    await Deno.writeTextFile(program, writeExample({ core, valibot: "valibot" }));
    const result = await runProcess(
      Deno.execPath(),
      [
        "run",
        "--quiet",
        "--no-prompt",
        `--config=${fileURLToPath(new URL("deno.json", root))}`,
        program.href,
      ],
      folder,
    );
    return { problems: judgeExample("without permissions", result) };
  });
}
