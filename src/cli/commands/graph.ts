/**
 * `nomos graph`: draws an agent.
 *
 * @module
 */
import process from "node:process";
import { coreOf } from "../../agent/build_core.ts";
import { quote } from "../../errors.ts";
import type { Graph } from "../../graph/graph.ts";
import { drawMarked } from "../../graph/marked_diagram.ts";
import { MockLLM } from "../../llm/mock_llm.ts";
import { CommandError, EXIT, UsageError } from "../exit_code.ts";
import type { AgentCall } from "../flags.ts";
import { drawText } from "../graph/draw_text.ts";
import { findWay, listDrawnSteps, type Way } from "../graph/drawn_graph.ts";
import { openAgent, printNotes } from "../open_agent.ts";
import { openExistingStore, readStored } from "../sessions/stored.ts";
import { locateStore } from "../store_url.ts";
import { writeFile } from "../write_file.ts";

/** Format of a drawing. */
type Format = NonNullable<AgentCall<"graph">["options"]["format"]>;

/** Formats by the ending of a file's name. */
const ENDINGS: Readonly<Record<string, Format>> = {
  svg: "svg",
  mmd: "mermaid",
  mermaid: "mermaid",
  txt: "text",
};

/** Runs the command. */
export async function run({ options, output, project }: AgentCall<"graph">): Promise<number> {
  const fallback = output.isTerminal && options.output === undefined ? "text" : "mermaid";
  const format = readFormat(options) ?? fallback;
  const opened = await openAgent(project, {
    // A drawing needs no model, and so no key.
    ...!project.isModule && { player: MockLLM.auto() },
    ignoreFlows: options["ignore-flows"],
    ...printNotes(output),
  });
  const { agent } = opened;
  try {
    const graph = coreOf(agent)?.graph;
    if (graph === undefined && (format !== "mermaid" || options.session !== undefined)) {
      throw new CommandError(
        `Cannot draw ${quote(agent.name)}: another copy of @nomos/agent made it: ` +
          "expected --format mermaid, and no --session",
      );
    }
    const way = await readWay(graph, options, project);
    const drawing = graph === undefined
      ? agent.diagram()
      : await draw(format, agent.name, graph, way, {
        // A terminal that does not know its width says 0.
        width: process.stdout.columns || 80,
        paint: (colour, text) => options.output === undefined ? output.paint(colour, text) : text,
      });
    if (options.output !== undefined) writeFile(options.output, drawing);
    if (output.json) {
      const { output: file } = options;
      output.document({ ok: true, agent: agent.name, format, ...file ? { file } : { drawing } });
    } else if (options.output === undefined) output.write(drawing);
    return EXIT.yes;
  } finally {
    await opened.close();
  }
}

/**
 * Returns the format that the user named, or that of the file's name; undefined if there is neither.
 *
 * @throws {CommandError} if the name has no ending of a format.
 */
function readFormat({ format, output }: AgentCall<"graph">["options"]): Format | undefined {
  if (format !== undefined) return format;
  if (output === undefined) return undefined;
  const ending = /\.([^./\\]+)$/.exec(output)?.[1]?.toLowerCase() ?? "";
  if (Object.hasOwn(ENDINGS, ending)) return ENDINGS[ending];
  throw new UsageError(
    `Cannot choose a format for ${quote(output)}: expected a name that ends with ` +
      `.${Object.keys(ENDINGS).join(", .")}, or --format`,
  );
}

async function draw(
  format: Format,
  name: string,
  graph: Graph,
  way: Way | undefined,
  options: Pick<Parameters<typeof drawText>[1], "width" | "paint">,
): Promise<string> {
  switch (format) {
    case "text":
      return `${drawText(listDrawnSteps(graph), { ...options, way }).join("\n")}\n`;
    case "mermaid":
      return drawMarked(
        graph,
        {
          step: (id) => way?.visits.has(id) ?? false,
          route: (from, to) => (way?.moves(from, to) ?? 0) > 0,
        },
        "visited",
        "stroke:#2a7d2a,stroke-width:3px",
      );
    case "svg": {
      const { drawSvg } = await import("../graph/draw_svg.ts");
      return drawSvg(name, listDrawnSteps(graph), way);
    }
    default:
      return format satisfies never;
  }
}

/**
 * Reads the way of the session that the user named; undefined if none is named.
 *
 * @throws {CommandError} if it is a session of another agent.
 */
async function readWay(
  graph: Graph | undefined,
  { session, store: url }: AgentCall<"graph">["options"],
  project: AgentCall<"graph">["project"],
): Promise<Way | undefined> {
  if (session === undefined || graph === undefined) return undefined;
  const store = await openExistingStore(locateStore(url, project));
  try {
    const way = findWay((await readStored(store, session)).events, graph.start);
    if ([...way.visits.keys()].some((step) => graph.steps.has(step))) return way;
    throw new CommandError(
      `Cannot mark the way of session ${quote(session)}: it visited none of the steps: ` +
        "expected a session of this agent",
      { code: "SESSION_MISMATCH" },
    );
  } finally {
    await store.close();
  }
}
