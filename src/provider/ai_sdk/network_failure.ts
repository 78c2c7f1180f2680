/**
 * What an error says of a network that failed.
 *
 * @module
 */
import { membersOf, textIn } from "./loose.ts";

/** System and socket errors of Deno, Node and Bun, by `code`. */
const CODE_REGEXP =
  /^(?:E[A-Z]{3,}|UND_ERR_\w+|Connection(?:Refused|Closed|Reset)|FailedToOpenSocket)$/;

/** The classes of Deno. */
const NAME_REGEXP =
  /^(?:Connection(?:Refused|Reset|Aborted)|NotConnected|BrokenPipe|UnexpectedEof|Http|AI_EmptyResponseBodyError)$/;

/** How `fetch` and the body it gives say it, in a TypeError. */
const MESSAGE_REGEXP =
  /fetch failed|failed to fetch|load failed|network|error sending request|terminated|(?:reading|decoding) (?:a |response )?body|connection|socket/i;

/** How packages say that a body was not whole. */
const CUT_REGEXP = /stream ended without/i;

/** How many causes are looked through: they may lead in a circle. */
const MAX_CAUSES = 5;

/** What an error or one of its causes says of a connection that failed; undefined if none does. */
export function networkFailureIn(thrown: unknown): string | undefined {
  let current: unknown = thrown;
  let failure: string | undefined;
  for (let depth = 0; depth < MAX_CAUSES && current !== undefined; depth++) {
    const { name, code, message, cause } = membersOf(current);
    const said = textIn(message) ?? "";
    const isFailure = CODE_REGEXP.test(textIn(code) ?? "") ||
      NAME_REGEXP.test(textIn(name) ?? "") ||
      CUT_REGEXP.test(said) || name === "TypeError" && MESSAGE_REGEXP.test(said);
    // The innermost says most.
    if (isFailure) failure = said;
    current = cause;
  }
  return failure;
}
