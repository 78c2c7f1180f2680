/**
 * Judges `nomos run` in a real terminal: a person types, tmux shows what they see.
 *
 * @module
 */
import { hasTmux, Screen } from "./screen.ts";

const ROOT = new URL("../../../", import.meta.url).pathname;

/** Files of the project in which the checks talk. */
const FILES: Readonly<Record<string, string>> = {
  "deno.json": JSON.stringify({
    imports: { "@nomos/agent": "jsr:@nomos/agent@^0.1.0", valibot: "npm:valibot@^1.5.0" },
    links: [ROOT],
  }),
  "asking.yaml": "name: asking\nllm: { provider: ollama, model: m }\nstart: a\n" +
    "steps: [{ id: a, desc: A }]\npermissions: { run: [ls] }\n",
};

/** Checks by name. Each begins with a shell, in which `nomos` runs the command. */
const CHECKS: Readonly<Record<string, (screen: Screen) => Promise<void>>> = {
  "an answer arrives in parts": async (screen) => {
    await screen.say("nomos run desk.ts");
    await screen.see(/You: $/m);
    await screen.say("count");
    await screen.see(/desk: one two\s*$/);
    await screen.see(/desk: one two three four\n.*\nYou: $/);
    await screen.say("/quit");
    await screen.see(/nomos run --session \w+\n\$ $/);
  },
  "arguments of a call are edited before it is allowed": async (screen) => {
    await screen.say("nomos run desk.ts");
    await screen.see(/You: $/m);
    await screen.say("refund");
    await screen.see(/\? refund\(cents: 500\) needs your approval\.\n.*edit the arguments: $/);
    await screen.say("e");
    await screen.see(/Arguments: \{"cents":500\}\s*$/);
    await screen.type("BSpace", "BSpace");
    await screen.say("}");
    await screen.see(/refund\(cents: 50\) = 50 cents given back.*\ndesk: It is done/);
    await screen.say("1");
    await screen.see(/one two three four/);
  },
  "Ctrl-C lets a turn settle, and the session goes on": async (screen) => {
    await screen.say("nomos run desk.ts --session ann");
    await screen.see(/You: $/m);
    await screen.say("wait");
    await screen.see(/waiting/);
    await screen.type("C-c");
    await screen.see(/Stopped; what was done is kept\..*\nYou: $/);
    await screen.say("count");
    await screen.see(/desk: one two three four\n.*\nYou: $/);
    await screen.type("C-c");
    await screen.see(/nomos run --session ann\n\$ $/);
    await screen.say("echo code $?");
    await screen.see(/^code 130$/m);
    await screen.say("nomos run desk.ts --session ann");
    await screen.see(/Session ann, \/quit ends\.\nYou: $/);
    await screen.say("/state");
    await screen.see(/status {3}waiting/);
  },
  "Ctrl-C twice stops, even code that keeps the thread": async (screen) => {
    await screen.say("nomos run desk.ts");
    await screen.see(/You: $/m);
    await screen.say("spin");
    await screen.see(/spinning/);
    await screen.type("C-c");
    await screen.see(/\^C/);
    // Two signals at the same time are one.
    await new Promise((resolve) => setTimeout(resolve, 300));
    await screen.type("C-c");
    await screen.see(/\$ $/);
    await screen.say("echo code $?");
    await screen.see(/^code 130$/m);
  },
  "escape sequences in an answer are text": async (screen) => {
    await screen.say("nomos run desk.ts");
    await screen.see(/You: $/m);
    await screen.say("escape");
    const shown = await screen.see(/gnp\.exe/);
    const expected = "desk: \\u{1b}[2J\\u{1b}[31mred\\u{1b}]0;owned\\u{7} \\u{202e}gnp.exe";
    if (!shown.includes(expected)) throw new Error(`expected ${expected}:\n${shown}`);
  },
  "/back goes to before the last input": async (screen) => {
    await screen.say("nomos run desk.ts --session bob");
    await screen.see(/You: $/m);
    await screen.say("count");
    await screen.see(/four\n.*\nYou: $/);
    await screen.say("/back");
    await screen.see(/Now in session \w+, before: count\nYou: $/);
    await screen.say("/state");
    await screen.see(/, 0 events/);
    await screen.say("bye");
    await screen.see(/desk: Goodbye\n(?:.*\n)*The conversation has ended\.\n\$ $/);
  },
  "a file that asks for more is asked about, and refused": async (screen) => {
    await screen.say("nomos run asking.yaml --model mock");
    await screen.see(/asking\.yaml asks for .*--allow-run=ls\nAllow it\? y, n: $/);
    await screen.say("n");
    await screen.see(/--allow-run=ls, which you refused\n\$ $/);
    await screen.say("nomos run asking.yaml --model mock");
    await screen.see(/Allow it\? y, n: $/);
    await screen.say("y");
    await screen.see(/You: $/m);
  },
  "Ctrl-C and Ctrl-D at a question stop the command": async (screen) => {
    const questions = [
      ["nomos init", /this one\): $/],
      ["nomos run asking.yaml --model mock", /Allow it\? y, n: $/],
      ["nomos sessions delete cara", /Delete cara\? y, n: $/],
    ] as const;
    await screen.say("nomos run desk.ts --session cara --input count");
    await screen.see(/four\n(?:.*\n)*\$ $/);
    for (const key of ["C-c", "C-d"]) {
      for (const [command, question] of questions) {
        await screen.say(`clear; ${command}`);
        await screen.see(question);
        await screen.type(key);
        await screen.see(/\nStopped\n\$ $/);
        await screen.say("echo code $?");
        await screen.see(/^code 130$/m);
      }
    }
    await screen.say("clear; nomos sessions");
    await screen.see(/^cara /m);
  },
};

/** Runs all checks, and prints one line for each. Returns true if all passed. */
export async function judgeTerminal(): Promise<boolean> {
  if (!await hasTmux()) {
    for (const name of Object.keys(CHECKS)) console.log(`skip  ${name}: there is no tmux`);
    return true;
  }
  const folder = await Deno.makeTempDir();
  let isRight = true;
  try {
    for (const [name, text] of Object.entries(FILES)) {
      await Deno.writeTextFile(`${folder}/${name}`, text);
    }
    await Deno.copyFile(new URL("./desk.ts", import.meta.url), `${folder}/desk.ts`);
    for (const [name, check] of Object.entries(CHECKS)) {
      await using screen = await Screen.open(folder);
      try {
        await screen.say(
          `nomos() { ${Deno.execPath()} run -A ${ROOT}src/cli/mod.ts "$@"; }; clear`,
        );
        await check(screen);
        console.log(`ok    ${name}`);
      } catch (error) {
        isRight = false;
        console.log(`FAIL  ${name}\n${error instanceof Error ? error.message : error}`);
      }
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  return isRight;
}
