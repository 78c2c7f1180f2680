/**
 * Verdicts about calls that wait for a person.
 *
 * @module
 */
import { reasonOf } from "../../errors.ts";
import type { PendingApproval } from "../../history/call.ts";
import { isRecord } from "../../schema/option_shape.ts";
import type { Command } from "../../turn/command.ts";
import { formatCall } from "../terminal/format.ts";
import type { Output } from "../terminal/output.ts";
import { shown } from "../terminal/shown.ts";
import type { Asker, Reply } from "./terminal.ts";

/** Reason for denying a call when nobody can be asked. */
const NOBODY = "Nobody can be asked: it was denied without a person";

/**
 * Returns the verdict of `--approve always` or `--approve deny`. A call that began, and whose end is
 * not known, is never run again without a person.
 */
export function decideAlone(approval: PendingApproval, mode: "deny" | "always"): Command {
  const { callKey, hash, reason } = approval;
  if (mode === "always" && reason === "approval") return { approve: callKey, hash };
  return { deny: callKey, hash, reason: NOBODY };
}

/** Returns the verdict that allows a call, or runs it again if its outcome is unknown. */
export function allow({ callKey, hash, reason }: PendingApproval): Command {
  return reason === "unknown" ? { retry: callKey, hash } : { approve: callKey, hash };
}

/** Returns the verdict that refuses a call. */
export function refuse({ callKey, hash }: PendingApproval, reason: string): Command {
  return { deny: callKey, hash, reason: reason || "The user refused it" };
}

/** Asks a person about a call. Returns the verdict, or the reply if it is another one. */
export async function askAbout(
  approval: PendingApproval,
  terminal: Asker,
  output: Output,
): Promise<Command | Reply> {
  const isUnknown = approval.reason === "unknown";
  const call = formatCall(approval.tool, approval.args);
  output.error(
    `  ? ${output.paint("bold", call, 2)} ` +
      (isUnknown
        ? "began, and its end is not known: it may have had its effect."
        : "needs your approval."),
  );
  if (approval.alsoIn !== undefined) {
    output.error(
      shown(`    It waits in session ${approval.alsoIn} too, and may be allowed there.`),
    );
  }
  const choices = isUnknown
    ? "y run it again, n leave it, w say why not: "
    : "y allow, n refuse, w say why not, e edit the arguments: ";
  for (;;) {
    const reply = await terminal.ask(`    ${choices}`);
    if (reply.kind !== "line") return reply;
    const text = reply.text.trim();
    if (/^y(?:es)?$/i.test(text)) return allow(approval);
    if (/^no?$/i.test(text)) return refuse(approval, "");
    if (text === "w") {
      const why = await terminal.ask("    Why not: ");
      return why.kind === "line" ? refuse(approval, why.text.trim()) : why;
    }
    if (text === "e" && !isUnknown) return await editArguments(approval, terminal, output);
    if (text.startsWith("/")) return reply;
  }
}

/** Lets a person change the arguments of a call. */
export async function editArguments(
  { callKey, hash, args }: PendingApproval,
  terminal: Asker,
  output: Output,
): Promise<Command | Reply> {
  let text = shown(JSON.stringify(args));
  for (;;) {
    const reply = await terminal.ask("    Arguments: ", text);
    if (reply.kind !== "line") return reply;
    text = reply.text;
    try {
      const changed: unknown = JSON.parse(text);
      if (isRecord(changed)) return { approve: callKey, hash, args: changed };
      output.error("    Cannot use these arguments: expected an object, as JSON");
    } catch (error) {
      output.error(shown(`    Cannot use these arguments: ${reasonOf(error)}`));
    }
  }
}
