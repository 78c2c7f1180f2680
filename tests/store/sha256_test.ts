import { assertEquals } from "@std/assert";
import { findNodeSha256, loadNobleSha256 } from "../../src/store/entry/sha256.ts";

Deno.test("every implementation of SHA-256 returns the same hashes, those of FIPS 180-4", async () => {
  const known: [string, string][] = [
    ["", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
    ["abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
  ];
  const node = findNodeSha256()!;
  const noble = await loadNobleSha256();
  for (const [text, hash] of known) assertEquals([node(text), noble(text)], [hash, hash]);
  for (const text of ["é 🙂", "\ud800 lone", "a".repeat(100_000), "\u0000\n"]) {
    assertEquals(noble(text), node(text));
  }
});
