/**
 * `nomos run`: talks to an agent.
 *
 * @module
 */
import process from "node:process";
import { formatProblem } from "../../config/text/problem.ts";
import { quote } from "../../errors.ts";
import { CommandError, EXIT, UsageError } from "../exit_code.ts";
import type { AgentCall } from "../flags.ts";
import { isTerminal } from "../terminal/is_terminal.ts";
import { openAgent } from "../host/open_agent.ts";
import { choosePlayer, type ModelContext } from "../run/choose_model.ts";
import { Conversation } from "../run/conversation.ts";
import { Failures } from "../run/failures.ts";
import { playInputs } from "../run/play_inputs.ts";
import { StopSignals } from "../run/stop_signals.ts";
import { talk } from "../run/talk.ts";
import { Terminal } from "../run/terminal.ts";
import { tracePrompts } from "../run/trace_prompts.ts";
import { JsonView, PlainView, TalkView } from "../run/views.ts";
import { openSessionStore } from "../host/session_store.ts";
import { formatWord } from "../terminal/format.ts";
import { shown } from "../terminal/shown.ts";
import { locateStore } from "../store_url.ts";

/** Runs the command. */
export async function run(call: AgentCall<"run">): Promise<number> {
  const { options, output, project } = call;
  const trace = options.trace === true ? [""] : options.trace;
  const unknown = trace.find((what) => what !== "" && what !== "prompt");
  if (unknown !== undefined) {
    throw new UsageError(
      `Cannot use ${quote(unknown)} for --trace: expected no value, or prompt`,
    );
  }
  const isTalk = isTerminal(0) && isTerminal(2) && !output.json && options.input.length === 0;
  const onNote = (text: string) => output.note(output.paint("grey", shown(text), 2));
  const model: ModelContext = {
    mode: options.model,
    project,
    // A script that nobody asked for must not answer into a file.
    isTalk: isTalk && isTerminal(1),
    onNote,
  };
  const player = await choosePlayer(model);
  const opened = await openAgent(project, {
    player: player?.llm,
    ignoreFlows: options["ignore-flows"],
    onWarning: (warning) => onNote(formatProblem(warning)),
    onNote,
  });
  const { agent } = opened;
  const traced = trace.includes("prompt") ? tracePrompts(agent, output) : agent;
  const url = locateStore(options.store, project);
  const store = await openSessionStore(url);
  const signals = new StopSignals((code) => {
    onNote(`Stopping.${code === EXIT.interrupted ? " Ctrl-C again stops at once." : ""}`);
  });
  const failures = new Failures(output, project);
  const talkView = new TalkView(output, { name: agent.name, isTraced: trace.length > 0 });
  const view = output.json ? new JsonView(output) : isTalk ? talkView : new PlainView(output);
  try {
    const conversation = await Conversation.open(
      { opened: { ...opened, agent: traced }, store, view, model, player },
      options.session,
    );
    signals.watch(conversation);
    const { id, status } = conversation.session;
    if (status === "ended") {
      throw new CommandError(`Cannot go on with session ${quote(id)}: it has ended`, {
        code: "SESSION_ENDED",
      });
    }
    const played = player === undefined ? "" : `, played by ${player.name}`;
    const end = isTalk ? ", /quit ends." : "";
    onNote(`${agent.name} (${project.path})${played}. Session ${formatWord(id)}${end}`);
    const isKept = url !== "memory:";
    const parts = { conversation, output, signals, failures, isKept };
    if (isTalk) {
      const terminal = new Terminal();
      try {
        return await talk({
          ...parts,
          view: talkView,
          terminal,
          approve: options.approve ?? "ask",
        });
      } finally {
        terminal.close();
      }
    }
    const inputs = options.input.length > 0 ? options.input : undefined;
    return await playInputs({ ...parts, approve: options.approve ?? "deny", inputs });
  } finally {
    signals.close();
    await store.close?.();
    await opened.close();
    // An open pipe would keep the process alive.
    process.stdin.unref?.();
  }
}
