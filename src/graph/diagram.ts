/**
 * The graph as a diagram.
 *
 * @module
 */
import type { Graph } from "./graph.ts";

/**
 * Returns the graph as Mermaid text: steps as boxes, routes as arrows with their
 * conditions, tools as rounded boxes with dotted lines. Syntax:
 * https://mermaid.js.org/syntax/flowchart.html.
 *
 * The nodes of steps are `step0`, `step1` and so on. The link to the start is the first, then
 * those to the tools of each step, then the routes of each step.
 */
export function drawDiagram({ steps, start }: Graph): string {
  const stepNode = new Map([...steps.keys()].map((id, index) => [id, `step${index}`]));
  const toolNode = new Map<string, string>();
  const lines = ["flowchart TD", `  start((start)) --> ${stepNode.get(start)}`];
  for (const step of steps.values()) {
    const node = stepNode.get(step.id)!;
    const description = typeof step.description === "string" ? escapeLabel(step.description) : "…";
    const label = `<b>${escapeLabel(step.id)}</b>${
      description === "" ? "" : `<br/>${description}`
    }`;
    lines.push(`  ${node}["${label}"]`);
    for (const { name } of step.tools) {
      if (!toolNode.has(name)) {
        toolNode.set(name, `tool${toolNode.size}`);
        lines.push(`  ${toolNode.get(name)}(["${escapeLabel(name)}"])`);
      }
      lines.push(`  ${node} -.- ${toolNode.get(name)}`);
    }
  }
  for (const step of steps.values()) {
    for (const { to, when } of step.routes) {
      const condition = escapeLabel(when);
      const arrow = condition === "" ? "-->" : `-->|"${condition}"|`;
      lines.push(`  ${stepNode.get(step.id)} ${arrow} ${stepNode.get(to)}`);
    }
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
