/**
 * Program with an agent whose model and tool call a server, for the tests of the spans that
 * Deno exports.
 */
import { Agent, decide, type LLM, MockLLM, Tool } from "@nomos/agent";
import { otel } from "@nomos/agent/otel";
import * as v from "valibot";

const server = Deno.serve(
  { hostname: "127.0.0.1", port: 0, onListen() {} },
  () => new Response("flat white"),
);
const url = `http://127.0.0.1:${server.addr.port}/`;

const getMenu = new Tool({
  name: "get_menu",
  description: "List the drinks",
  args: v.object({}),
  run: async () => await (await fetch(new URL("menu", url))).text(),
});
const mock = new MockLLM([decide.call("get_menu"), decide.respond("A flat white")]);
const llm: LLM = {
  name: "openai/gpt-5-mini",
  decide: async (request) => {
    await (await fetch(new URL("model", url))).text();
    return mock.decide(request);
  },
};
const agent = new Agent({
  name: "barista",
  llm,
  observers: [otel()],
  start: "greet",
  steps: { greet: { description: "Greet", tools: [getMenu] } },
});
await agent.createSession().next("What do you have?");
await server.shutdown();
