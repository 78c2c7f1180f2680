/**
 * Texts and messages that are cut to a number of tokens.
 *
 * @module
 */
import type { Message } from "../../llm/llm.ts";
import { createMessage } from "../../prompt/render_event.ts";
import { cutText } from "../../tool/result_text.ts";
import type { Measure } from "./compaction_plan.ts";

/** Cuts a text to a number of tokens, with a note about it; to an empty text if nothing fits. */
export function cutToSize(text: string, size: number, measure: Measure): string {
  let cut = text;
  for (let chars = text.length; measure(cut) > size;) {
    chars = Math.floor(Math.min(chars * 0.9, chars * size / measure(cut)));
    if (chars < 1) return "";
    cut = cutText(text, chars);
  }
  return cut;
}

/**
 * Cuts the longest messages until all fit into a number of tokens together; drops the first ones if
 * necessary.
 */
export function fitMessages(
  messages: readonly Message[],
  size: number,
  measure: Measure,
): readonly Message[] {
  const sizes = messages.map(({ content }) => measure(content));
  if (sizes.reduce((sum, each) => sum + each, 0) <= size) return messages;
  const fitting: Message[] = [];
  let left = size;
  for (const [place, message] of messages.entries().toArray().toReversed()) {
    // Short messages leave their share to the others.
    const share = left / (place + 1);
    const { role, content, callId } = message;
    const cut = sizes[place]! <= share ? content : cutToSize(content, share, measure);
    if (cut === "") continue;
    fitting.unshift(cut === content ? message : createMessage(role, cut, callId));
    left -= measure(cut);
  }
  return fitting;
}
