/**
 * Frames of a flame graph, from the call tree of a CPU profile.
 *
 * @module
 */

import type { FrameGroup } from "../draw/flame_graph.ts";
import type { Frame } from "../draw/frame.ts";
import { type CallTree, totalTime } from "./call_tree.ts";
import { formatFile, FRAMEWORK, identifyFunction } from "./function_place.ts";

/** Origins of functions. The first that matches the file applies. */
const ORIGINS: readonly (FrameGroup & { readonly files: RegExp })[] = [
  { name: "framework", files: new RegExp(`^${FRAMEWORK}`), colour: [290, 40, 76] },
  {
    name: "packages",
    files: /^(?:npm|https?):|(?:^|\/)node_modules\//,
    colour: [205, 65, 72],
  },
  { name: "this project", files: /^[^:]+\.\w+$/, colour: [30, 88, 66] },
  { name: "runtime", files: /./, colour: [130, 38, 72] },
  { name: "engine", files: /^/, colour: [230, 8, 80] },
];

/** Groups of the frames of functions, by their origin. */
export const FUNCTION_GROUPS: readonly FrameGroup[] = ORIGINS;

/**
 * Makes the frames of a call tree.
 *
 * @param root `file:` URL of the project, with a slash at the end. Paths are shown relative to it.
 */
export function makeFunctionFrames(tree: CallTree, root: string): Frame {
  const makeFrame = (node: CallTree): Frame => {
    const place = identifyFunction(node.frame);
    const file = formatFile(place, root);
    const children = node.children.map(makeFrame);
    return {
      name: place.name,
      detail: place.line > 0 ? `${file}:${place.line}` : file,
      group: ORIGINS.find(({ files }) => files.test(file))!.name,
      time: children.reduce((sum, { time }) => sum + time, node.self),
      children,
    };
  };
  return { name: "all", time: totalTime(tree), children: tree.children.map(makeFrame) };
}
