/**
 * The graph as a diagram in which some parts are marked.
 *
 * @module
 */
import { drawDiagram } from "./diagram.ts";
import type { Graph } from "./graph.ts";

/** Parts to mark. */
export interface Marks {
  /** Returns true for a marked step. */
  step(id: string): boolean;
  /** Returns true for a marked route. */
  route(from: string, to: string): boolean;
  /** Returns true for a marked tool of a step. Default: none. */
  tool?(step: string, tool: string): boolean;
}

/**
 * Returns the graph as Mermaid text.
 *
 * @param name Name of the class of marked steps.
 * @param style Style of marked parts, for example `stroke:#c00`.
 */
export function drawMarked(graph: Graph, marks: Marks, name: string, style: string): string {
  const steps = [...graph.steps.values()];
  const nodes = steps.flatMap(({ id }, index) => marks.step(id) ? [`step${index}`] : []);
  // Mermaid numbers links in the order of their lines; the first leads to the start.
  const isMarked = [
    false,
    ...steps.flatMap(({ id, tools }) => tools.map((tool) => marks.tool?.(id, tool.name) ?? false)),
    ...steps.flatMap(({ id, routes }) => routes.map(({ to }) => marks.route(id, to))),
  ];
  const links = isMarked.flatMap((one, index) => one ? [index] : []);
  const lines: string[] = [];
  if (nodes.length > 0) {
    lines.push(`  classDef ${name} ${style}`, `  class ${nodes.join(",")} ${name}`);
  }
  if (links.length > 0) lines.push(`  linkStyle ${links.join(",")} ${style}`);
  return drawDiagram(graph) + lines.map((line) => `${line}\n`).join("");
}
