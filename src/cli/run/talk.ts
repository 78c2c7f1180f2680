/**
 * Conversation in a terminal.
 *
 * @module
 */
import type { Command } from "../../turn/command.ts";
import type { Turn } from "../../turn/turn.ts";
import { codeOf, EXIT } from "../exit_code.ts";
import { formatInLine, formatWord } from "../terminal/format.ts";
import type { Output } from "../terminal/output.ts";
import { shown, shownInLine } from "../terminal/shown.ts";
import { allow, askAbout, decideAlone, editArguments, refuse } from "./approvals.ts";
import type { Conversation } from "./conversation.ts";
import type { Failures } from "./failures.ts";
import { describeLimit } from "./limit_text.ts";
import { listSlash, readSlash, showState } from "./slash.ts";
import type { StopSignals } from "./stop_signals.ts";
import type { Asker, Reply } from "./terminal.ts";
import type { TalkView } from "./views.ts";

/** Parts of a conversation in a terminal. */
export interface TalkParts {
  readonly conversation: Conversation;
  readonly view: TalkView;
  readonly output: Output;
  readonly signals: StopSignals;
  readonly failures: Failures;
  /** Terminal of the user. */
  readonly terminal: Asker;
  /** True if the session is kept. */
  readonly isKept: boolean;
  /** The flag `--approve`. */
  readonly approve: "ask" | "deny" | "always";
}

/**
 * Talks until the user or the agent ends the conversation.
 *
 * @returns The exit code.
 */
export function talk(parts: TalkParts): Promise<number> {
  return new Talk(parts).run();
}

class Talk {
  readonly #conversation: Conversation;
  readonly #view: TalkView;
  readonly #output: Output;
  readonly #signals: StopSignals;
  readonly #failures: Failures;
  readonly #approve: TalkParts["approve"];
  readonly #terminal: Asker;
  readonly #isKept: boolean;
  /** Suggestions that a number selects. */
  #choices: readonly string[] = [];
  /** True if waiting calls are left alone until the user speaks of them. */
  #isPostponed = false;

  constructor(parts: TalkParts) {
    ({
      conversation: this.#conversation,
      view: this.#view,
      output: this.#output,
      signals: this.#signals,
      failures: this.#failures,
      terminal: this.#terminal,
      isKept: this.#isKept,
      approve: this.#approve,
    } = parts);
  }

  async run(): Promise<number> {
    if (this.#conversation.session.status === "interrupted") {
      this.#output.note("The last turn was interrupted, and goes on.");
      await this.#play({ resume: true });
    } else await this.#offerScript();
    for (;;) {
      if (this.#signals.code === EXIT.terminated) return EXIT.terminated;
      const { session } = this.#conversation;
      if (session.status === "ended") {
        this.#output.note("The conversation has ended.");
        return EXIT.yes;
      }
      const reply = await this.#decide() ?? await this.#terminal.ask("You: ");
      if (reply.kind !== "line") {
        return this.#quit(reply.kind === "end" ? EXIT.yes : EXIT.interrupted);
      }
      const line = reply.text.trim();
      const slash = readSlash(line);
      if (slash?.name === "quit") return this.#quit(EXIT.yes);
      if (slash !== undefined) await this.#runSlash(slash.name, slash.rest);
      else if (line !== "") await this.#say(line.startsWith("//") ? line.slice(1) : line);
      else if (session.status === "interrupted") await this.#play({ resume: true });
    }
  }

  /**
   * Asks about the calls that wait, unless they were postponed. Returns a reply that is not a
   * verdict.
   */
  async #decide(): Promise<Reply | undefined> {
    for (;;) {
      const [approval] = this.#conversation.session.approvals;
      const isWaiting = this.#conversation.session.status === "needs_approval";
      if (approval === undefined || !isWaiting || this.#isPostponed) return undefined;
      const verdict = this.#approve === "ask"
        ? await askAbout(approval, this.#terminal, this.#output)
        : decideAlone(approval, this.#approve);
      if (typeof verdict === "object" && "kind" in verdict) {
        this.#isPostponed = true;
        return verdict;
      }
      await this.#playVerdict(verdict);
    }
  }

  /** Plays a verdict; if the tool refuses the changed arguments, they are edited again. */
  async #playVerdict(verdict: Command): Promise<void> {
    const [approval] = this.#conversation.session.approvals;
    const error = await this.#play(verdict);
    // The same verdict would fail again.
    if (error !== undefined) this.#isPostponed = true;
    if (approval === undefined || codeOf(error) !== "TOOL_ARGUMENTS_INVALID") return;
    const { args = approval.args } = verdict as { readonly args?: typeof approval.args };
    const edited = await editArguments({ ...approval, args }, this.#terminal, this.#output);
    if (!(typeof edited === "object" && "kind" in edited)) await this.#playVerdict(edited);
  }

  /** Sends a text, or the suggestion with that number. */
  async #say(line: string): Promise<void> {
    const chosen = /^\d+$/.test(line) ? this.#choices[Number(line) - 1] : undefined;
    if (chosen !== undefined) this.#output.error(shown(`     ${chosen}`));
    await this.#play(chosen ?? line);
  }

  /**
   * Plays a turn, and says how to continue if it did not succeed. Returns the error of a failed
   * one.
   */
  async #play(command: Command): Promise<unknown> {
    this.#isPostponed = false;
    this.#signals.reset();
    let turn: Turn;
    try {
      turn = await this.#conversation.play(command);
    } catch (error) {
      this.#failures.report(error);
      if (this.#conversation.session.status === "interrupted") {
        this.#output.note("Nothing is lost; press Enter to try again, or say something.");
      }
      this.#choices = [];
      return error;
    }
    this.#failures.reportTools(turn);
    this.#choices = turn.suggestions;
    if (turn.status === "limited") {
      this.#output.note(
        `The turn was limited: ${describeLimit(turn)}. Nothing is lost; say something to go on.`,
      );
    } else if (turn.status === "interrupted") {
      this.#output.note("Stopped; what was done is kept. Press Enter to go on, or say something.");
    } else if (turn.status === "waiting") await this.#offerScript();
    return undefined;
  }

  /** Offers the next input of the script as a suggestion. */
  async #offerScript(): Promise<void> {
    const inputs = this.#conversation.player?.inputs ?? [];
    if (inputs.length === 0) return;
    let said = 0;
    for await (const { type } of this.#conversation.session.events()) if (type === "user") said++;
    const next = inputs[said];
    if (next === undefined || this.#choices.includes(next)) return;
    this.#choices = [...this.#choices, next];
    const line = `  ${this.#choices.length} ${formatInLine(next)}   (the script)`;
    this.#output.note(this.#output.paint("grey", line, 2));
  }

  async #runSlash(name: string, rest: string): Promise<void> {
    const [approval] = this.#conversation.session.approvals;
    switch (name) {
      case "state":
        return await showState(this.#conversation, this.#output);
      case "back": {
        const input = await this.#conversation.back();
        if (input === undefined) return this.#output.error("There is no input to go back to.");
        const { id } = this.#conversation.session;
        this.#output.note(shown(`Now in session ${id}, before: ${shownInLine(input)}`));
        this.#choices = [];
        return await this.#offerScript();
      }
      case "approve":
      case "deny":
        if (approval === undefined) return this.#output.error("No call waits for approval.");
        await this.#playVerdict(name === "approve" ? allow(approval) : refuse(approval, rest));
        return;
      case "trace":
        this.#view.isTraced = !this.#view.isTraced;
        return this.#output.note(`Reasoning is ${this.#view.isTraced ? "shown" : "hidden"}.`);
      default:
        return listSlash(this.#output, name);
    }
  }

  #quit(code: number): number {
    const { id } = this.#conversation.session;
    if (this.#isKept) this.#output.note(`Go on with: nomos run --session ${formatWord(id)}`);
    return code;
  }
}
