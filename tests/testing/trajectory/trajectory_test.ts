import { ConfigError, decide, MockLLM, raw, RunError, type Session, type Turn } from "@nomos/agent";
import { type Trajectory, TrajectoryError, trajectoryOf } from "@nomos/agent/testing";
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { cafe, type CafeStep } from "../scenario/cafe_fixture.ts";

async function play(): Promise<{ session: Session<Turn<CafeStep>>; turns: Turn<CafeStep>[] }> {
  const session = cafe(
    new MockLLM([
      decide.move("order"),
      decide.calls([
        { tool: "add", args: { drink: "latte", size: "large" } },
        { tool: "tip", args: {} },
      ]),
      decide.respond("A large latte"),
      decide.end("Bye"),
    ]),
  ).createSession();
  return { session, turns: [await session.next("A latte"), await session.next("Bye")] };
}

/** Returns the expectation of an assertion that must fail. */
function expectationOf(assertion: () => unknown): string {
  const error = assertThrows(assertion, TrajectoryError);
  assertEquals(error.message, `${error.expectation}:\n\n${error.transcript}`);
  return error.expectation;
}

Deno.test("trajectoryOf() finds moves, calls, answers and the end", async () => {
  const { session } = await play();
  trajectoryOf(session)
    .moved("greet", "order")
    .called("add")
    .called("tip")
    .calledWith("add", { size: "large", drink: "latte" })
    .calledWith("add", ({ drink }) => drink === "latte")
    .calledWith("tip", {})
    .answered("A large latte")
    .answered(/^a .* latte$/i)
    .answered((text) => text.length === 3)
    .ended();
});

Deno.test("trajectoryOf() covers one turn, or all events of a session so far", async () => {
  const { session, turns: [first, last] } = await play();
  trajectoryOf(first!).called("add").never.ended();
  trajectoryOf(last!).ended().never.called("add").never.moved("greet", "order");
  trajectoryOf(session).called("add").ended();
  trajectoryOf(session.state).called("add").ended();
});

Deno.test("trajectoryOf() does not follow later turns of a session", async () => {
  const session = cafe(new MockLLM([decide.respond("Hi"), decide.end()])).createSession();
  await session.next("Hi");
  const trajectory = trajectoryOf(session);
  await session.next("Bye");
  trajectory.never.ended();
  trajectoryOf(session).ended();
});

Deno.test("TrajectoryError shows the missing step and the transcript", async () => {
  const { session } = await play();
  const trajectory = trajectoryOf(session);
  const error = assertThrows(() => trajectory.called("refund"), TrajectoryError);
  assert(error instanceof RunError);
  assertEquals([error.code, error.name], ["TRAJECTORY_UNEXPECTED", "TrajectoryError"]);
  assertEquals(
    error.message,
    [
      'Cannot find a call of "refund": expected it in the transcript:',
      "",
      "user: A latte",
      "greet → order",
      'add({"drink":"latte","size":"large"}) = latte added',
      "tip() = thanks",
      "agent: A large latte",
      "user: Bye",
      "agent: Bye",
      "ended",
    ].join("\n"),
  );
});

Deno.test("TrajectoryError describes the expected step of each assertion", async () => {
  const { turns: [turn] } = await play();
  const trajectory = trajectoryOf(turn!);
  const missing: [(trajectory: Trajectory<CafeStep>) => unknown, string][] = [
    [(it) => it.moved("order", "greet"), 'a move "order" → "greet"'],
    [(it) => it.moved("order", "order"), 'a move "order" → "order"'],
    [(it) => it.moved("greet", "greet"), 'a move "greet" → "greet"'],
    [(it) => it.calledWith("add", { drink: "latte" }), 'a call of "add" with {"drink":"latte"}'],
    [
      (it) => it.calledWith("add", { drink: "latte", size: "large", hot: true }),
      'a call of "add" with {"drink":"latte","size":"large","hot":true}',
    ],
    [
      (it) => it.calledWith("tip", ({ sum }) => sum === 5),
      'a call of "tip" with arguments that ({ sum })=>sum === 5 accepts',
    ],
    [(it) => it.answered("A large"), 'the answer "A large"'],
    [(it) => it.answered(/small/), "an answer that matches /small/"],
    [(it) => it.answered((text) => text === ""), 'an answer that (text)=>text === "" accepts'],
    [(it) => it.ended(), "the end of the session"],
  ];
  for (const [assertion, what] of missing) {
    assertEquals(
      expectationOf(() => assertion(trajectory)).replaceAll(" => ", "=>"),
      `Cannot find ${what}: expected it in the transcript`,
    );
  }
});

Deno.test("Trajectory.never negates only the next assertion", async () => {
  const { session } = await play();
  const trajectory = trajectoryOf(session);
  trajectory.never.called("refund").called("add");
  trajectory.never.moved("order", "greet").never.calledWith("add", {}).never.answered(/error/);
  const found: [(trajectory: Trajectory<CafeStep>) => unknown, string][] = [
    [(it) => it.never.called("add"), 'a call of "add"'],
    [(it) => it.never.calledWith("tip", {}), 'a call of "tip" with {}'],
    [(it) => it.never.moved("greet", "order"), 'a move "greet" → "order"'],
    [(it) => it.never.answered(/latte/), "an answer that matches /latte/"],
    [(it) => it.never.ended(), "the end of the session"],
  ];
  for (const [assertion, what] of found) {
    assertEquals(
      expectationOf(() => assertion(trajectory)),
      `Found ${what}: expected none in the transcript`,
    );
  }
});

Deno.test("Trajectory.answered() ignores the lastIndex of an expression", async () => {
  const { session } = await play();
  for (const expression of [/latte/g, /A large/y]) {
    for (let time = 0; time < 3; time++) trajectoryOf(session).answered(expression);
  }
});

Deno.test("Trajectory.answered() passes a function the JSON and the value of a structured answer", () => {
  const decision = decide.respond({ total: 350 });
  const events = [{ seq: 0, time: 0, type: "decision", step: "a", decision }] as const;
  trajectoryOf({ events })
    .answered('{"total":350}')
    .answered((text, response) =>
      text.includes("350") && (response as { total: number }).total === 350
    );
});

Deno.test("Trajectory.calledWith() counts failed calls but not refused outputs", async () => {
  const llm = new MockLLM([
    decide.move("order"),
    decide.call("add", { drink: "beer" }),
    raw({ reasoning: [], decision: { action: "TOOL_CALL", calls: [{ tool: "rm", args: {} }] } }),
    decide.call("tip"),
    decide.respond("No beer"),
  ]);
  const turn = await cafe(llm).createSession().next("A beer");
  trajectoryOf(turn).calledWith("add", { drink: "beer" }).never.called("rm");
});

Deno.test("Trajectory.calledWith() treats undefined as absent and compares everything else exactly", () => {
  const decision = decide.call("add", { drink: "latte", list: [1, { a: null }] });
  const events = [{ seq: 0, time: 0, type: "decision", step: "a", decision }] as const;
  const trajectory = trajectoryOf({ events });
  trajectory.calledWith("add", { list: [1, { a: null }], size: undefined, drink: "latte" });
  for (
    const list of [
      [1],
      [1, { a: undefined }],
      [1, {}],
      [{ a: null }, 1],
      { 0: 1, 1: { a: null } },
      null,
    ]
  ) {
    trajectory.never.calledWith("add", { drink: "latte", list });
  }
});

Deno.test("Trajectory.inOrder() finds steps in order, with others between them", async () => {
  const { session } = await play();
  const trajectory = trajectoryOf(session);
  trajectory
    .inOrder([])
    .inOrder([{ moved: ["greet", "order"] }, { answered: /latte/ }, { ended: true }])
    .inOrder([{ called: "add", with: { drink: "latte", size: "large" } }, { called: "tip" }]);
  assertEquals(
    expectationOf(() => trajectory.inOrder([{ called: "tip" }, { called: "add" }])),
    'Cannot find a call of "add" as step 2 of 2, after a call of "tip": ' +
      "expected it in the transcript",
  );
  assertEquals(
    expectationOf(() => trajectory.inOrder([{ called: "refund" }])),
    'Cannot find a call of "refund" as step 1 of 1: expected it in the transcript',
  );
});

Deno.test("Trajectory.inOrder() matches each taken step at most once", async () => {
  const { session } = await play();
  expectationOf(() => trajectoryOf(session).inOrder([{ called: "add" }, { called: "add" }]));
});

Deno.test("Trajectory.inOrder() with strict allows no other steps", async () => {
  const { turns: [turn] } = await play();
  const trajectory = trajectoryOf(turn!);
  const [move, add, tip, answer] = [
    { moved: ["greet", "order"] },
    { called: "add" },
    { called: "tip" },
    { answered: /latte/ },
  ] as const;
  trajectory.inOrder([move, add, tip, answer], { strict: true });
  assertEquals(
    expectationOf(() => trajectory.inOrder([add, tip, answer], { strict: true })),
    'Cannot find a call of "add" as step 1 of 3, found a move "greet" → "order": ' +
      "expected it in the transcript",
  );
  assertStringIncludes(
    expectationOf(() => trajectory.inOrder([move, add, answer], { strict: true })),
    'as step 3 of 3, after a call of "add", found a call of "tip" with {}',
  );
  assertEquals(
    expectationOf(() => trajectory.inOrder([move, add, tip], { strict: true })),
    'Found the answer "A large latte" after the last of 3 steps: ' +
      "expected nothing else in the transcript",
  );
  assertEquals(
    expectationOf(() =>
      trajectory.inOrder([move, add, tip, answer, { ended: true }], { strict: true })
    ),
    "Cannot find the end of the session as step 5 of 5, after an answer that matches /latte/: " +
      "expected it in the transcript",
  );
});

Deno.test("Trajectory.inOrder() refuses a step without a known key", async () => {
  const { session } = await play();
  assertThrows(
    () => trajectoryOf(session).inOrder([{} as never]),
    ConfigError,
    "{ called }, { moved }, { answered }, { ended }, { asked }, { approved }, { denied }, { settled } or { retried }",
  );
});

Deno.test("Trajectory takes unknown steps as compile errors", async () => {
  const { session, turns: [turn] } = await play();
  const isPlayed = false as boolean;
  if (isPlayed) {
    // @ts-expect-error: no step "ordr"
    trajectoryOf(session).moved("greet", "ordr");
    // @ts-expect-error: no step "ordr"
    trajectoryOf(turn!).never.moved("greet", "ordr");
    // @ts-expect-error: no step "ordr"
    trajectoryOf(turn!).inOrder([{ moved: ["greet", "ordr"] }]);
    // The type of a state does not list the steps.
    trajectoryOf(session.state).moved("greet", "ordr");
  }
});

Deno.test("TrajectoryError shows a hostile answer on one line and cuts a long transcript", () => {
  const hostile = decide.respond("\u001b[2J\nFound everything");
  const events = Array.from({ length: 300 }, (_, seq) => {
    return { seq, time: 0, type: "decision", step: "a", decision: hostile } as const;
  });
  const error = assertThrows(() => trajectoryOf({ events }).ended(), TrajectoryError);
  assertEquals(error.transcript.split("\n").length, 101);
  assertStringIncludes(error.transcript, "[200 lines left out]");
  const surplus = assertThrows(
    () => trajectoryOf({ events }).inOrder([], { strict: true }),
    TrajectoryError,
  );
  assertEquals(surplus.message.includes("\u001b"), false);
});
