/**
 * Next steps with a new project.
 *
 * @module
 */
import { countOffline } from "../../config/test_file/skip_reason.ts";
import { type Command, COMMANDS } from "../commands.ts";
import { count, formatWord } from "../terminal/format.ts";
import type { NewAgent } from "./new_agent.ts";

/** Line of the closing text of `nomos init`, which a shell runs. */
export interface NextStep {
  /** Command. */
  readonly command: string;
  /** Its meaning in words; empty if it needs none. */
  readonly meaning: string;
  /** Name and command line of the task that it runs, if it runs one. */
  readonly task?: readonly [name: string, line: string];
}

/** Lists what to do next, by the files of the project. */
export function listNextSteps(
  folder: string,
  { files, variables, flags }: NewAgent,
): readonly NextStep[] {
  const deno = "Deno" in globalThis ? "deno" : "npx -y deno";
  const tests = files.get("tests.agent.yaml");
  const [key] = variables;
  const isScripted = files.has("conversation.yaml");
  const player = isScripted ? "a script plays the model" : "a mock plays the model";
  const tasks: readonly (readonly [task: string, command: string, meaning: string])[] = [
    [
      "chat",
      "run",
      key === undefined
        ? `talk to it; its model must be running, or add: --model mock`
        : `talk to it; ${player} until ${key} is in .env`,
    ],
    ...tests === undefined
      ? []
      : [["test", "test", `its ${count(countOffline(tests), "test")}, offline`] as const],
    [
      "validate",
      "validate",
      // The needs of a module are not known before it runs.
      files.has("agent.ts") ? "check it" : "check it, and print the permissions that it needs",
    ],
    ["graph", "graph", "draw it"],
    ["profile", "profile", "where time, tokens and money of a turn go"],
  ];
  return [
    ...folder === "." ? [] : [{
      // Otherwise an option.
      command: `cd ${formatWord(folder.startsWith("-") ? `./${folder}` : folder)}`,
      meaning: "",
    }],
    ...tasks.filter(([, command]) => Object.hasOwn(COMMANDS, command)).map(
      ([name, command, meaning]): NextStep => {
        const { loadsAgent }: Command = COMMANDS[command as keyof typeof COMMANDS];
        const own = loadsAgent ? flags : [];
        const task = [name, [command, ...own].join(" ")] as const;
        return { command: `${deno} task ${name}`, meaning, task };
      },
    ),
  ];
}
