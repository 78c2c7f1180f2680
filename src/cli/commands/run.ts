/**
 * `nomos run`: talks to an agent.
 *
 * @module
 */
import process from "node:process";
import { formatWarning } from "../../config/text/problem.ts";
import { quote } from "../../errors.ts";
import { forbidRealModels } from "../../testing/real_models.ts";
import { CommandError, EXIT, UsageError } from "../exit_code.ts";
import type { AgentCall } from "../flags.ts";
import { openAgent } from "../open_agent.ts";
import { choosePlayer, type ModelContext } from "../run/choose_model.ts";
import { Conversation, type ConversationParts } from "../run/conversation.ts";
import { Failures } from "../run/failures.ts";
import { playInputs } from "../run/play_inputs.ts";
import { StopSignals } from "../run/stop_signals.ts";
import { talk } from "../run/talk.ts";
import { Terminal } from "../run/terminal.ts";
import { tracePrompts } from "../run/trace_prompts.ts";
import { JsonView, PlainView, TalkView } from "../run/views.ts";
import { openSessionStore } from "../session_store.ts";
import { locateStore } from "../store_url.ts";
import { formatWord } from "../terminal/format.ts";
import { isTerminal } from "../terminal/is_terminal.ts";
import { shown } from "../terminal/shown.ts";

/** Runs the command. */
export async function run(call: AgentCall<"run">): Promise<number> {
  const { options, output, project } = call;
  const trace = readTrace(options.trace);
  const isTalk = isTerminal(0) && isTerminal(2) && !output.json && options.input.length === 0;
  const onNote = (text: string) => output.note(output.paint("grey", shown(text), 2));
  const model: ModelContext = {
    mode: options.model,
    project,
    // A script that nobody asked for must not answer into a file.
    isTalk: isTalk && isTerminal(1),
    onNote,
  };
  // Agents that the agent calls as tools keep their own models.
  using _ = options.model === "mock" ? forbidRealModels() : undefined;
  const player = await choosePlayer(model);
  const opened = await openAgent(project, {
    player: player?.llm,
    ignoreFlows: options["ignore-flows"],
    onWarning: (warning) => onNote(formatWarning(warning)),
    onNote,
  });
  const { agent } = opened;
  const traced = trace.includes("prompt") ? tracePrompts(agent, output) : agent;
  const view = new TalkView(output, { name: agent.name, isTraced: trace.length > 0 });
  try {
    return await converse(call, {
      opened: { ...opened, agent: traced },
      model,
      player,
      talkView: isTalk ? view : undefined,
    });
  } finally {
    await opened.close();
    // An open pipe would keep the process alive.
    process.stdin.unref?.();
  }
}

/** Returns the values of the flag `--trace`: `prompt`, and an empty text for the flag alone. */
function readTrace(given: AgentCall<"run">["options"]["trace"]): readonly string[] {
  const trace = given === true ? [""] : given;
  const unknown = trace.find((what) => what !== "" && what !== "prompt");
  if (unknown === undefined) return trace;
  throw new UsageError(`Cannot use ${quote(unknown)} for --trace: expected no value, or prompt`);
}

/** Plays a session with an agent, in the terminal if there is a view for it. */
async function converse(
  { options, output, project }: AgentCall<"run">,
  { talkView, ...agent }: Pick<ConversationParts, "opened" | "model" | "player"> & {
    readonly talkView: TalkView | undefined;
  },
): Promise<number> {
  const { opened, player, model: { onNote } } = agent;
  const url = locateStore(options.store, project);
  const store = await openSessionStore(url);
  const signals = new StopSignals((code) => {
    onNote(`Stopping.${code === EXIT.interrupted ? " Ctrl-C again stops at once." : ""}`);
  });
  try {
    const view = talkView ?? (output.json ? new JsonView(output) : new PlainView(output));
    const conversation = await Conversation.open({ ...agent, store, view }, options.session);
    signals.watch(conversation);
    const { id, status } = conversation.session;
    if (status === "ended") {
      throw new CommandError(
        `Cannot continue session ${quote(id)}: it has ended: expected another session, or none`,
        { code: "SESSION_ENDED" },
      );
    }
    const played = player === undefined ? "" : `, played by ${player.name}`;
    const end = talkView === undefined ? "" : ", /quit ends.";
    onNote(`${opened.agent.name} (${project.path})${played}. Session ${formatWord(id)}${end}`);
    const failures = new Failures(output, project);
    const parts = { conversation, output, signals, failures, isKept: url !== "memory:" };
    if (talkView === undefined) {
      const inputs = options.input.length > 0 ? options.input : undefined;
      return await playInputs({ ...parts, approve: options.approve ?? "deny", inputs });
    }
    const terminal = new Terminal();
    try {
      const approve = options.approve ?? "ask";
      return await talk({ ...parts, view: talkView, terminal, approve });
    } finally {
      terminal.close();
    }
  } finally {
    signals.close();
    await store.close?.();
  }
}
