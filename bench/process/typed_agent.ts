/**
 * Programs for the type checker: an agent with tools, and the same argument schemas with
 * valibot alone.
 *
 * @module
 */

/** Specifiers of the imports of a program. */
interface TypedImports {
  /** Specifier of the core. */
  readonly core: string;
  /** Specifier of valibot. */
  readonly valibot: string;
}

const args = (index: number): string =>
  `v.object({
    name: v.pipe(v.string(), v.minLength(1)),
    size: v.optional(v.picklist(["small", "large"])),
    count${index}: v.pipe(v.number(), v.integer(), v.minValue(1)),
    lines: v.array(v.object({ drink: v.string(), extras: v.optional(v.array(v.string())) })),
  })`;

/** Writes an agent of two steps whose tools use their arguments by type. */
export function writeTypedAgent(tools: number, { core, valibot }: TypedImports): string {
  const indices = [...Array(tools).keys()];
  return `import { Agent, decide, MockLLM, Tool } from ${JSON.stringify(core)};
import * as v from ${JSON.stringify(valibot)};
${
    indices.map((index) =>
      `const tool${index} = new Tool({
  name: "tool_${index}",
  description: "Tool ${index}",
  args: ${args(index)},
  run: ({ name, size, count${index}, lines }) =>
    \`\${name} \${size ?? "small"} \${count${index} + 1} \${lines.map((line) => line.drink).join()}\`,
});
`
    ).join("")
  }
const agent = new Agent({
  name: "typed",
  llm: new MockLLM([decide.respond("ok")]),
  start: "start",
  steps: {
    start: {
      description: "Start",
      tools: [${indices.map((index) => `tool${index}`).join(", ")}],
      routes: { end: "done" },
    },
    end: { description: "End" },
  },
});
agent.createSession();
`;
}

/** Writes the same schemas, and the same functions of their outputs. */
export function writeTypedSchemas(tools: number, { valibot }: TypedImports): string {
  const indices = [...Array(tools).keys()];
  return `import * as v from ${JSON.stringify(valibot)};
${
    indices.map((index) =>
      `const args${index} = ${args(index)};
const run${index} = (
  { name, size, count${index}, lines }: v.InferOutput<typeof args${index}>,
): string =>
  \`\${name} \${size ?? "small"} \${count${index} + 1} \${lines.map((line) => line.drink).join()}\`;
`
    ).join("")
  }[${indices.map((index) => `run${index}`).join(", ")}];
`;
}
