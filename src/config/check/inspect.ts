/**
 * All checks of an agent file that need only its text.
 *
 * @module
 */
import { isRecord } from "../../schema/option_shape.ts";
import { format } from "../format/format.ts";
import { checkGraph } from "./check_graph.ts";
import { checkTools } from "./check_tools.ts";
import { Inspection } from "./inspection.ts";

/** Options of reading an agent file. */
export interface ReadOptions {
  /** If true, flows are left out with a warning; otherwise they are refused. `@default {false}` */
  readonly ignoreFlows?: boolean;
}

/** Options of an inspection. */
interface InspectOptions extends ReadOptions {
  /** If true, tags of external tools are not checked. `@default {false}` */
  readonly ignoreTags?: boolean;
}

const HISTORY_EXAMPLE = '"history", for example history: { max_tokens: 8000, keep_turns: 3 }';

/** Parses a text, and finds all problems that it shows. */
export function inspect(
  file: string,
  text: string,
  { ignoreFlows = false, ignoreTags = false }: InspectOptions = {},
): Inspection {
  const inspection = new Inspection(file, text, format);
  if (!isRecord(inspection.config)) return inspection;
  checkGraph(inspection);
  checkTools(inspection, ignoreTags);
  checkUnsupported(inspection, ignoreFlows);
  return inspection;
}

function checkUnsupported(inspection: Inspection, ignoreFlows: boolean): void {
  const { flows, memory, history } = inspection.config;
  if (Array.isArray(flows) && flows.length > 0) {
    if (ignoreFlows) inspection.warn(["flows"], { message: "flows are ignored" }, "key");
    else {
      const message = "flows are not supported yet";
      const expected = 'no flows; --ignore-flows, or the option "ignoreFlows", leaves them out';
      inspection.report(["flows"], { message, expected }, "key");
    }
  }
  const isBound = isRecord(history) && history.max_tokens !== undefined;
  if (isRecord(memory) && memory.type === "summarization" && !isBound) {
    // Its bounds count items and tokens of the history alone, so `history` cannot take them over.
    const message = "it is ignored: nothing is summarized before a model's context is full";
    inspection.warn(["memory"], { message, expected: HISTORY_EXAMPLE }, "key");
  }
}
