/**
 * Agent of a template.
 *
 * @module
 */
import type { OptionsOf } from "../flags.ts";
import { toFlags } from "../permissions.ts";
import { readChoice } from "../read_choice.ts";
import type { NewAgent } from "./new_agent.ts";
import { PACKAGES, TEMPLATES } from "./templates.ts";
import { needsOf, packagesOf, replaceModel, VENDORS } from "./vendors.ts";

/** Templates by name. */
const ALL: Readonly<Record<string, Readonly<Record<string, string>>>> = TEMPLATES;

/**
 * Takes the agent of a template.
 *
 * @throws {CommandError} if there is no template, or no vendor, of that name.
 */
export function takeTemplate(
  { template = "barista", provider = "openai", ts }: OptionsOf<"init">,
): NewAgent {
  const texts = ALL[readChoice("template", template, Object.keys(ALL))]!;
  const vendor = readChoice("provider", provider, VENDORS);
  const { hosts, variables } = needsOf(vendor);
  const [key] = vendor === "google" ? variables.toReversed() : variables;
  const files = [
    ts ? "agent.ts" : "agent.yaml",
    "tools.ts",
    "conversation.yaml",
    "tests.agent.yaml",
  ];
  return {
    files: new Map(files.map((name) => [name, replaceModel(texts[name]!, vendor)])),
    kept: new Set(),
    variables: [
      ...key === undefined ? [] : [key],
      ...vendor === "azure" && !ts ? ["AZURE_OPENAI_ENDPOINT"] : [],
    ],
    flags: ts ? toFlags({ net: hosts, ...variables.length > 0 && { env: variables } }) : [],
    packages: { valibot: PACKAGES.valibot, ...ts ? packagesOf(vendor) : {} },
    notes: ts && vendor === "azure"
      ? ["Replace NAME in agent.ts and deno.json by the name of your resource."]
      : [],
  };
}
