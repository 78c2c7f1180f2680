/**
 * The part of `nomos sessions fork` that needs the agent, in its process.
 *
 * @module
 */
import { quote } from "../../errors.ts";
import { MockLLM } from "../../llm/mock_llm.ts";
import type { VerifiableStore } from "../../store/store.ts";
import { EXIT } from "../exit_code.ts";
import type { AgentCall } from "../flags.ts";
import { openAgent, printNotes } from "../open_agent.ts";
import { openSessionStore } from "../session_store.ts";
import { locateStore } from "../store_url.ts";
import { shown, shownInLine } from "../terminal/shown.ts";

/** Runs the command. */
export async function run({ options, output, project }: AgentCall<"fork">): Promise<number> {
  const { session: id = "", as } = options;
  const at = options.at === undefined ? undefined : Number(options.at);
  const opened = await openAgent(project, {
    // No model is called, so no key is needed.
    ...!project.isModule && { player: MockLLM.auto() },
    ignoreFlows: true,
    ...printNotes(output),
  });
  let store: VerifiableStore | undefined;
  try {
    store = await openSessionStore(locateStore(options.store, project));
    const context = await opened.openContext(id);
    const session = await opened.agent.openSession(id, { store, ...context });
    const fork = await session.fork({
      ...at !== undefined && { at },
      ...as !== undefined && { id: as },
    });
    const { step, status } = fork;
    if (output.json) output.document({ ok: true, id: fork.id, from: id, step, status });
    else {
      output.line(shownInLine(fork.id));
      const where = at === undefined ? "at its end" : `before event ${at}`;
      output.note(shown(`A fork of ${quote(id)} ${where}, in step ${step}, ${status}`));
    }
    return EXIT.yes;
  } finally {
    await store?.close?.();
    await opened.close();
  }
}
