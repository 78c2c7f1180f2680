/**
 * Pictures that are judged.
 *
 * @module
 */
import { profileAgent } from "@nomos/agent/profile";
import { createBarista, scriptedModel } from "../../../examples/barista.ts";
import { drawFlameGraph } from "../../../src/profile/draw/flame_graph.ts";
import type {
  SegmentKind,
  TimelineSegment,
  TurnTimeline,
} from "../../../src/profile/draw/timeline.ts";
import { drawTurns } from "../../../src/profile/draw/turn_frames.ts";
import type { CpuProfile } from "../../../src/profile/functions/cpu_profile.ts";
import {
  FUNCTION_GROUPS,
  makeFunctionFrames,
} from "../../../src/profile/functions/function_frames.ts";
import { withRelativeFiles } from "../../../src/profile/functions/function_place.ts";
import { profileFunctions } from "../../../src/profile/functions/profile_functions.ts";

const KINDS: readonly SegmentKind[] = [
  "framework",
  "commit",
  "first token",
  "generation",
  "guard",
  "tool",
  "reader",
  "unattributed",
];

/** Texts of users and models that a careless picture cannot show. */
const TEXTS: readonly string[] = [
  "A large latte, please",
  "</script><script>alert(1)</script>",
  `&amp; & < > " ' ]]> <!-- --> <![CDATA[`,
  "\u0000\u001b[31mred\u001b[0m\r\n\t\u0085\ufffe\uffff",
  "\ud800 half \udc00 \u202eright to left\u202c",
  "very long ".repeat(1_000),
  `大きなラテ${"を".repeat(60)}`,
  "☕🥐👩‍🍳 ".repeat(40),
  "${x} `y` \\u0041 {{z}} %s",
  "",
];

/** Turns with such texts as inputs, steps and names, with parallel calls and a child session. */
export const TALK: readonly TurnTimeline[] = TEXTS.map((text, index): TurnTimeline => {
  const length = 20 + index * 10;
  const segments = KINDS.flatMap((kind, at) => [
    makeSegment(kind, text, at * length, length, { step: "order", decision: 0 }),
    makeSegment(kind, "gpt-5-mini", (at + 8) * length, length, { step: text, decision: 1 }),
  ]).sort((a, b) => a.from - b.from);
  const call = (name: string, from: number, to: number, children?: readonly TimelineSegment[]) => {
    return { name, from: from * length, to: to * length, ...(children && { children }) };
  };
  return {
    input: text,
    wall: 16 * length,
    segments,
    lanes: [
      call(text, 5, 5.5),
      call("get_menu", 5.1, 5.9),
      call("add_to_cart", 5.6, 6.2),
      call("ask_chef", 5.2, 6.8, [
        makeSegment("first token", "small", 5.3 * length, length, { step: text, agent: "chef" }),
        makeSegment("tool", text, 6.3 * length, length / 3, { step: text, agent: "chef" }),
      ]),
    ],
  };
});

function makeSegment(
  kind: SegmentKind,
  name: string,
  from: number,
  duration: number,
  rest: Partial<TimelineSegment>,
): TimelineSegment {
  return { from, to: from + duration, kind, name, ...rest };
}

/** Draws the turns of {@linkcode TALK}. */
export function drawTalk(): string {
  const title = `Turns of <${TEXTS[1]}> & a heading that is longer than the picture is wide`;
  return drawTurns(TALK, { title, subtitle: `${TALK.length} turns: ${TEXTS[5]}` });
}

/** Draws a conversation that the barista plays by itself, with the delays of a hosted model. */
export async function drawBarista(): Promise<string> {
  const { turns } = await profileAgent(createBarista(scriptedModel()), undefined, {
    iterations: 1,
    latency: { firstToken: 20, perThousandRead: 5, perTokenWritten: 0.5 },
  });
  return drawTurns(turns, { title: "Turns of the barista", subtitle: `${turns.length} turns` });
}

/** Draws so many turns that short frames are left out. */
export function drawManyTurns(): string {
  const turns = Array.from({ length: 300 }, () => TALK.slice(0, 5)).flat();
  return drawTurns(turns, { title: "Many turns", subtitle: "1,500 turns" });
}

/** Profiles the functions of conversations with the barista, and draws them. */
export async function profileBarista(): Promise<
  { readonly profile: CpuProfile; readonly picture: string }
> {
  const { tree, profile } = await profileFunctions(async () => {
    for (let count = 0; count < 300; count++) {
      const session = createBarista(scriptedModel()).createSession();
      for (const input of ["What do you have?", "A latte and an espresso", "That is all"]) {
        await session.next(input);
      }
    }
  });
  const root = new URL("../../../", import.meta.url).href;
  const picture = drawFlameGraph(makeFunctionFrames(tree, root), {
    title: "Functions of the barista",
    subtitle: "300 conversations",
    groups: FUNCTION_GROUPS,
  });
  return { profile: withRelativeFiles(profile, root), picture };
}
