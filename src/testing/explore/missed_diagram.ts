/**
 * The graph as a diagram that shows the parts which no path has reached.
 *
 * @module
 */
import { drawDiagram } from "../../graph/diagram.ts";
import type { Graph } from "../../graph/graph.ts";
import type { Target } from "./target.ts";

/** Returns the graph as Mermaid text, with the missed steps, routes and tools in red. */
export function drawMissed(graph: Graph, missed: readonly Target[]): string {
  const isStepMissed = (id: string) =>
    missed.some(({ kind, step }) => kind === "step" && step === id);
  const isRouteMissed = (from: string, to: string) =>
    missed.some((one) => one.kind === "route" && one.step === from && one.to === to);
  const isToolMissed = (step: string, tool: string) =>
    missed.some((one) => "tool" in one && one.step === step && one.tool === tool);
  const steps = [...graph.steps.values()];
  const nodes = steps.flatMap(({ id }, index) => isStepMissed(id) ? [`step${index}`] : []);
  // Mermaid numbers links in the order of their lines.
  const isMissed = [
    false,
    ...steps.flatMap(({ id, tools }) => tools.map(({ name }) => isToolMissed(id, name))),
    ...steps.flatMap(({ id, routes }) => routes.map(({ to }) => isRouteMissed(id, to))),
  ];
  const links = isMissed.flatMap((one, index) => one ? [index] : []);
  const lines: string[] = [];
  if (nodes.length > 0) {
    lines.push(`  classDef missed ${RED}`, `  class ${nodes.join(",")} missed`);
  }
  if (links.length > 0) lines.push(`  linkStyle ${links.join(",")} ${RED}`);
  return drawDiagram(graph) + lines.map((line) => `${line}\n`).join("");
}

const RED = "stroke:#c00,stroke-width:3px,color:#c00";
