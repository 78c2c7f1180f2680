/**
 * The graph as a diagram that shows the parts which no path has reached.
 *
 * @module
 */
import type { Graph } from "../../graph/graph.ts";
import { drawMarked } from "../../graph/marked_diagram.ts";
import type { Target } from "./target.ts";

/** Returns the graph as Mermaid text, with the missed steps, routes and tools in red. */
export function drawMissed(graph: Graph, missed: readonly Target[]): string {
  const marks = {
    step: (id: string) => missed.some(({ kind, step }) => kind === "step" && step === id),
    route: (from: string, to: string) =>
      missed.some((one) => one.kind === "route" && one.step === from && one.to === to),
    tool: (step: string, tool: string) =>
      missed.some((one) => "tool" in one && one.step === step && one.tool === tool),
  };
  return drawMarked(graph, marks, "missed", RED);
}

const RED = "stroke:#c00,stroke-width:3px,color:#c00";
