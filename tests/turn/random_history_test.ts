/** Conversations of random texts, within random bounds. */
import { decide, type LLMRequest, Tool } from "@nomos/agent";
import { assert } from "@std/assert";
import * as v from "valibot";
import { randomBelow, seededRandom } from "../../src/random.ts";
import { makeFriend, sizeOf, SmallModel } from "./small_model.ts";

/** Largest number of requests of one turn. */
const MAX_REQUESTS = 100;

for (const reports of [undefined, 0.7, 1.37]) {
  Deno.test(`history, random conversations stay within random bounds, with ${reports} reported tokens for one`, async () => {
    for (let seed = 1; seed <= 25; seed++) {
      const random = seededRandom(seed);
      const below = (limit: number) => randomBelow(limit, random);
      const write = (limit: number) => "w".repeat(1 + below(limit));
      const bound = 400 + below(2_000);
      let [input, requests] = ["", 0];
      const check = ({ messages, legal }: LLMRequest) => {
        assert(++requests < MAX_REQUESTS, `seed ${seed}: a turn does not end`);
        const running = messages.findLastIndex(({ content }) => content === input);
        const alone = [messages[0]!, ...messages.slice(running)];
        const [size, least] = [messages, alone].map((one) => sizeOf(one) * (reports ?? 1));
        // Reports are whole numbers, so a corrected size may be one token off.
        const mayExceed = legal !== undefined && least! > bound - 1;
        assert(mayExceed || size! <= bound + 1, `seed ${seed}: ${size} of ${bound}`);
      };
      const llm = new SmallModel({
        ...(reports && { reports }),
        decide: (request, count) => {
          if (count > 1 || !reports) check(request);
          if (below(3) === 0 && requests < 8) return decide.call("read");
          return decide.respond(write(below(4) === 0 ? 3 * bound : 200));
        },
        summarize: (request) => {
          check(request);
          return { summary: write(4 * bound) };
        },
      });
      const read = new Tool({
        name: "read",
        description: "Read",
        args: v.object({}),
        run: () => write(below(3) === 0 ? 2 * bound : 300),
      });
      const history = { maxTokens: bound, keepTurns: below(8), keepFirst: below(3) === 0 };
      const session = makeFriend(llm, history, {
        steps: { talk: { description: "Talk", tools: [read] } },
        maxRepeats: Infinity,
      }).createSession();
      for (let turn = 1; turn <= 30; turn++) {
        requests = 0;
        input = `${turn}: ${write(below(5) === 0 ? 2 * bound : 200)}`;
        await session.next(input);
      }
    }
  });
}
