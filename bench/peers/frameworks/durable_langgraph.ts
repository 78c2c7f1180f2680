import {
  BaseChatModel,
  type BaseChatModelCallOptions,
} from "@langchain/core/language_models/chat_models";
import { AIMessage, type BaseMessage, HumanMessage, ToolMessage } from "@langchain/core/messages";
import { tool } from "@langchain/core/tools";
import {
  type BaseCheckpointSaver,
  END,
  MessagesValue,
  START,
  StateGraph,
  StateSchema,
} from "@langchain/langgraph";
import { ToolNode, toolsCondition } from "@langchain/langgraph/prebuilt";
import { PostgresSaver } from "@langchain/langgraph-checkpoint-postgres";
import { SqliteSaver } from "@langchain/langgraph-checkpoint-sqlite";
import Database from "better-sqlite3";
import pg from "pg";
import { z } from "zod";
import { ANSWER, ARGS, describeTool, INPUT, RESULT, TOOLS } from "../../durable/scenario.ts";
import { assertSettings, type DurablePeer } from "./durable_peer.ts";

/** Model whose reply depends only on the messages since the input, so that all turns share it. */
class ScriptedModel extends BaseChatModel<BaseChatModelCallOptions> {
  override _llmType(): string {
    return "scripted";
  }

  override _generate(messages: BaseMessage[]) {
    const asked = messages.findLastIndex(HumanMessage.isInstance);
    const name = TOOLS[messages.slice(asked).filter(AIMessage.isInstance).length];
    const message = name === undefined
      ? new AIMessage(ANSWER)
      : new AIMessage({ content: "", tool_calls: [{ name, args: ARGS, id: crypto.randomUUID() }] });
    return Promise.resolve({ generations: [{ text: message.text, message }] });
  }
}

const model = new ScriptedModel({});
const tools = TOOLS.map((name) =>
  tool(() => RESULT, {
    name,
    description: describeTool(name),
    schema: z.object({ city: z.string() }),
  })
);

/** Graph of the quickstart. Traced only if LANGSMITH_TRACING is set. */
const workflow = new StateGraph(new StateSchema({ messages: MessagesValue }))
  .addNode("model", async ({ messages }) => ({ messages: [await model.invoke(messages)] }))
  .addNode("tools", new ToolNode(tools))
  .addEdge(START, "model")
  .addConditionalEdges("model", toolsCondition, ["tools", END])
  .addEdge("tools", "model");

/** LangGraph with its SQLite and PostgreSQL savers. */
export const peer: DurablePeer = {
  async open(url) {
    const { saver, assertDurable, close } = await openSaver(url);
    await assertDurable();
    const graph = workflow.compile({ checkpointer: saver });
    return {
      converse() {
        // Each checkpoint is stored before the next step begins.
        const options = {
          configurable: { thread_id: crypto.randomUUID() },
          durability: "sync" as const,
        };
        return Promise.resolve(async () => {
          const { messages } = await graph.invoke({ messages: [new HumanMessage(INPUT)] }, options);
          const turn = messages.slice(messages.findLastIndex(HumanMessage.isInstance));
          return {
            answer: turn.at(-1)!.text,
            toolResults: turn.filter(ToolMessage.isInstance).map(({ text }) => text),
          };
        });
      },
      async close() {
        await assertDurable();
        await close();
      },
    };
  },
};

/** Saver and its database. */
interface OpenSaver {
  readonly saver: BaseCheckpointSaver;
  /** Throws unless every commit is flushed. */
  readonly assertDurable: () => Promise<void>;
  readonly close: () => Promise<void>;
}

async function openSaver(url: string): Promise<OpenSaver> {
  const sqlite = /^sqlite:(.*)/.exec(url);
  if (sqlite !== null) return openSqlite(sqlite[1]!);
  const pool = new pg.Pool({ connectionString: url, max: 10 });
  const saver = new PostgresSaver(pool);
  await saver.setup();
  return {
    saver,
    assertDurable: async () => {
      const { rows: [{ fsync }] } = await pool.query("SHOW fsync");
      const { rows: [{ synchronous_commit }] } = await pool.query("SHOW synchronous_commit");
      assertSettings({ fsync, synchronous_commit }, { fsync: "on", synchronous_commit: "on" });
    },
    close: () => pool.end(),
  };
}

/**
 * Opens a saver with the settings of our store. Version 13 of `better-sqlite3` contains binaries
 * for Node-API, which Deno loads; that on which the saver depends must be compiled.
 */
function openSqlite(path: string): OpenSaver {
  const database = new Database(path);
  database.pragma("journal_mode = WAL");
  database.pragma("synchronous = FULL");
  database.pragma("fullfsync = ON");
  return {
    saver: new SqliteSaver(database),
    assertDurable: () => {
      const [journal, synchronous] = ["journal_mode", "synchronous"].map((name) =>
        database.pragma(name, { simple: true })
      );
      assertSettings({ journal, synchronous }, { journal: "wal", synchronous: 2 });
      return Promise.resolve();
    },
    close: () => {
      database.close();
      return Promise.resolve();
    },
  };
}
