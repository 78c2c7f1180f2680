import { Agent, MockLLM, type Session, Tool } from "@nomos/agent";
import { assertEquals } from "@std/assert";
import * as v from "valibot";

/** Creates a session whose tools need approval, and the list of the tools that ran. */
function createSession(): { readonly session: Session; readonly ran: string[] } {
  const ran: string[] = [];
  const tools = ["pay", "send"].map((name) =>
    new Tool({
      name,
      description: name,
      args: v.object({}),
      needsApproval: true,
      run: () => void ran.push(name),
    })
  );
  const agent = new Agent({
    name: "asking",
    llm: MockLLM.auto(),
    start: "talk",
    steps: {
      talk: { description: "Talk", tools, routes: { rest: "on" } },
      rest: { description: "" },
    },
  });
  return { session: agent.createSession(), ran };
}

/** Plays until the session ends, at most 20 turns. `decide` answers an approval request. */
async function play(session: Session, decide: () => Promise<unknown>): Promise<string> {
  for (let turns = 0; session.status !== "ended" && turns < 20; turns++) {
    if (session.status === "needs_approval") await decide();
    else await session.next("Go on");
  }
  return session.status;
}

Deno.test("MockLLM.auto, continues its tour after an approval", async () => {
  const { session, ran } = createSession();
  assertEquals(await play(session, () => session.approve(session.approvals[0]!.callKey)), "ended");
  assertEquals(ran.sort(), ["pay", "send"]);
});

Deno.test("MockLLM.auto, continues its tour after a denial, and does not call the tool again", async () => {
  const { session, ran } = createSession();
  let denied = 0;
  const deny = () => session.deny(session.approvals[0]!.callKey, `no ${++denied}`);
  assertEquals([await play(session, deny), denied, ran], ["ended", 2, []]);
});

Deno.test("MockLLM.auto, continues its tour after an input instead of a verdict", async () => {
  const { session, ran } = createSession();
  assertEquals([await play(session, () => session.next("Never mind")), ran], ["ended", []]);
});
