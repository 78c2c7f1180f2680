import { assertEquals, assertFalse } from "@std/assert";

/** The elements of a document, or what is wrong with it: a reader of XML's tags and nothing else. */
export function readTags(xml: string): string[] {
  const open: string[] = [];
  const names: string[] = [];
  const body = xml.replace(/<!\[CDATA\[[^]*?\]\]>/g, "").replace(/^<\?xml [^?]*\?>\n/, "");
  for (const [part] of body.matchAll(/<[^<>]*>|[^<>]+|[<>]/g)) {
    const tag = /^<(\/?)([a-zA-Z]+)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>$/.exec(part);
    if (tag === null) {
      assertFalse(/[<>]/.test(part), `not a tag: ${part}`);
      assertFalse(/&(?!(amp|lt|gt|quot|apos);)/.test(part), `not escaped: ${part}`);
      continue;
    }
    const [, end, name = "", , empty] = tag;
    if (end === "/") assertEquals(open.pop(), name);
    else {
      names.push(name);
      if (empty === "") open.push(name);
    }
  }
  assertEquals(open, []);
  return names;
}
