/**
 * The graph as a picture.
 *
 * @module
 */
import type { Graph } from "./graph.ts";

/**
 * The graph as Mermaid text: steps as boxes, routes as arrows with their
 * conditions, tools as rounded boxes with dotted lines. Syntax:
 * https://mermaid.js.org/syntax/flowchart.html.
 */
export function drawDiagram({ steps, start }: Graph): string {
  const stepNode = new Map([...steps.keys()].map((id, index) => [id, `step${index}`]));
  const toolNode = new Map<string, string>();
  const lines = ["flowchart TD", `  start((start)) --> ${stepNode.get(start)}`];
  for (const step of steps.values()) {
    const node = stepNode.get(step.id)!;
    const description = escape(step.description);
    const label = `<b>${escape(step.id)}</b>${description === "" ? "" : `<br/>${description}`}`;
    lines.push(`  ${node}["${label}"]`);
    for (const { name } of step.tools) {
      if (!toolNode.has(name)) {
        toolNode.set(name, `tool${toolNode.size}`);
        lines.push(`  ${toolNode.get(name)}(["${escape(name)}"])`);
      }
      lines.push(`  ${node} -.- ${toolNode.get(name)}`);
    }
  }
  for (const step of steps.values()) {
    for (const { to, when } of step.routes) {
      const condition = escape(when);
      const arrow = condition === "" ? "-->" : `-->|"${condition}"|`;
      lines.push(`  ${stepNode.get(step.id)} ${arrow} ${stepNode.get(to)}`);
    }
  }
  return lines.join("\n") + "\n";
}

/** Mermaid reads labels as HTML with entity codes: everything but plain text becomes a code. */
function escape(label: string): string {
  const characters = [...label.replace(/\s+/g, " ").trim()];
  const short = characters.length > 80 ? [...characters.slice(0, 79), "…"] : characters;
  return short.map((character) =>
    /[\p{L}\p{N} .,:;!?'()/_…-]/u.test(character) ? character : `#${character.codePointAt(0)};`
  ).join("");
}
