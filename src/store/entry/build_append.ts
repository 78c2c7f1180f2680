/**
 * Requests to append events.
 *
 * @module
 */
import type { Position } from "../../history/position.ts";
import { summarize } from "../session_summary.ts";
import type { Append } from "../store.ts";
import type { WrittenEvents } from "./entry_body.ts";
import { type Link, linkBodies } from "./hash_chain.ts";
import { sealSnapshot } from "./sealed_snapshot.ts";

/** Request to append, and the point in the hash chain after it. */
interface BuiltAppend {
  readonly appended: Append;
  readonly link: Link;
}

/**
 * Builds the request to append bodies of entries after `before`.
 *
 * @param position Position after them, which lists show; undefined if others follow at once.
 * @param isDue True if the position becomes the new snapshot.
 */
export function buildAppend(
  before: Link,
  { bodies, blobs }: WrittenEvents,
  child: string | undefined,
  position: Position | undefined,
  isDue: boolean,
): BuiltAppend {
  const { entries, link } = linkBodies(before, bodies);
  const appended: Append = {
    child,
    head: before.head,
    entries,
    ...(blobs !== undefined && { blobs }),
    ...(position && isDue && { snapshot: sealSnapshot(position, link.hash) }),
    ...(position && child === undefined && summarize(position)),
  };
  return { appended, link };
}
