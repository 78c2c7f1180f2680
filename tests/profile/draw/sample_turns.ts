import type { TimelineSegment, TurnTimeline } from "../../../src/profile/draw/timeline.ts";

/** Makes segments that follow each other, from their kinds, names and durations. */
export function makeSegments(
  from: number,
  segments: readonly (readonly [TimelineSegment["kind"], name: string, duration: number])[],
  rest: Partial<TimelineSegment> = {},
): TimelineSegment[] {
  let end = from;
  return segments.map(([kind, name, duration]) => {
    const start = end;
    end += duration;
    return { from: start, to: end, kind, name, ...rest };
  });
}

/** Returns two turns: one of two model calls, with two parallel calls, of which one is an agent. */
export function sampleTurns(): TurnTimeline[] {
  const order = { step: "order" };
  return [
    {
      input: "Hello",
      wall: 10,
      segments: makeSegments(0, [["first token", "gpt", 6], ["generation", "gpt", 4]], {
        step: "greet",
        decision: 0,
      }),
    },
    {
      input: "A latte & <b>an espresso</b>",
      wall: 100,
      segments: [
        ...makeSegments(0, [["framework", "open turn", 1], ["commit", "claim", 1]], order),
        ...makeSegments(2, [["first token", "gpt", 20], ["generation", "gpt", 10]], {
          ...order,
          decision: 0,
        }),
        ...makeSegments(32, [["tool", "ask_chef", 38], ["commit", "append", 2]], {
          ...order,
          decision: 0,
        }),
        ...makeSegments(72, [["first token", "gpt", 18], ["generation", "gpt", 10]], {
          ...order,
          decision: 1,
        }),
      ],
      lanes: [
        { name: "get_menu", from: 32, to: 50 },
        {
          name: "ask_chef",
          from: 32,
          to: 70,
          children: makeSegments(33, [["first token", "small", 20], ["generation", "small", 15]], {
            step: "cook",
            decision: 0,
            agent: "chef",
          }),
        },
      ],
    },
  ];
}
