/**
 * The graph as a diagram.
 *
 * @module
 */
import type { Graph } from "./graph.ts";

/** Parts of a graph that are drawn in red, because no test has reached them. */
interface MissedParts {
  /** Returns true if a step was missed. */
  readonly step: (id: string) => boolean;
  /** Returns true if a route was missed. */
  readonly route: (from: string, to: string) => boolean;
  /** Returns true if a tool was missed in a step. */
  readonly tool: (step: string, tool: string) => boolean;
}

/**
 * Returns the graph as Mermaid text: steps as boxes, routes as arrows with their
 * conditions, tools as rounded boxes with dotted lines. Missed parts are red. Syntax:
 * https://mermaid.js.org/syntax/flowchart.html.
 */
export function drawDiagram({ steps, start }: Graph, missed?: MissedParts): string {
  const stepNode = new Map([...steps.keys()].map((id, index) => [id, `step${index}`]));
  const toolNode = new Map<string, string>();
  const lines = ["flowchart TD", `  start((start)) --> ${stepNode.get(start)}`];
  const missedNodes: string[] = [];
  const missedLinks: number[] = [];
  // Mermaid numbers links in the order of their lines.
  let links = 1;
  for (const step of steps.values()) {
    const node = stepNode.get(step.id)!;
    const description = escapeLabel(step.description);
    const label = `<b>${escapeLabel(step.id)}</b>${
      description === "" ? "" : `<br/>${description}`
    }`;
    lines.push(`  ${node}["${label}"]`);
    if (missed?.step(step.id)) missedNodes.push(node);
    for (const { name } of step.tools) {
      if (!toolNode.has(name)) {
        toolNode.set(name, `tool${toolNode.size}`);
        lines.push(`  ${toolNode.get(name)}(["${escapeLabel(name)}"])`);
      }
      lines.push(`  ${node} -.- ${toolNode.get(name)}`);
      if (missed?.tool(step.id, name)) missedLinks.push(links);
      links++;
    }
  }
  for (const step of steps.values()) {
    for (const { to, when } of step.routes) {
      const condition = escapeLabel(when);
      const arrow = condition === "" ? "-->" : `-->|"${condition}"|`;
      lines.push(`  ${stepNode.get(step.id)} ${arrow} ${stepNode.get(to)}`);
      if (missed?.route(step.id, to)) missedLinks.push(links);
      links++;
    }
  }
  if (missedNodes.length > 0) {
    lines.push("  classDef missed stroke:#c00,stroke-width:3px,color:#c00");
    lines.push(`  class ${missedNodes.join(",")} missed`);
  }
  if (missedLinks.length > 0) {
    lines.push(`  linkStyle ${missedLinks.join(",")} stroke:#c00,stroke-width:3px,color:#c00`);
  }
  return lines.join("\n") + "\n";
}

/** Escapes a label as Mermaid entity codes, and cuts it to 80 characters. */
function escapeLabel(label: string): string {
  const characters = [...label.replace(/\s+/g, " ").trim()];
  const short = characters.length > 80 ? [...characters.slice(0, 79), "…"] : characters;
  return short.map((character) =>
    /[\p{L}\p{N} .,:;!?'()/_…-]/u.test(character) ? character : `#${character.codePointAt(0)};`
  ).join("");
}
