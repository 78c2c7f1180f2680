import { assert, assertEquals } from "@std/assert";
import { compileStringGenerator } from "../../../src/llm/auto/pattern_generator.ts";
import { seededRandom } from "../../../src/random.ts";

/** Generates texts of a pattern at increasing sizes, without the failed attempts. */
function texts(pattern: string, flags?: string): string[] {
  const make = compileStringGenerator(pattern, flags);
  assert(make !== undefined, pattern);
  const random = seededRandom(1);
  const made = Array.from({ length: 30 }, (_, size) => make(random, size));
  return made.filter((text) => text !== undefined);
}

Deno.test("compileStringGenerator, matches simple patterns at the first attempt", () => {
  const patterns = [
    "^[a-z]+$",
    "^\\d{3}-\\d{4}$",
    "^(?:red|green|blue)$",
    "^(a|b(c|d)?)*$",
    "^x{2}y{1,3}z{2,}$",
    "^[^@\\s]+@[^@\\s]+$",
    "^[\\w.-]{4}$",
    "^[]\\-a]$|b".replace("[]", "[\\]"),
    "^a??b*?c+?$",
    "^\\u0041\\x42\\u{43}$",
    "^\\p{Lu}\\p{Ll}+$",
    "^[а-я]{3}$",
    "^😀+$",
    "^\\W\\S\\D\\s$",
    "^(?<year>\\d{4})$",
    "^\\{\\}\\/\\.$",
    "\\bfoo\\b",
    "",
    "plain",
  ];
  for (const pattern of patterns) {
    const made = texts(pattern);
    assertEquals(made.length, 30, pattern);
    assert(made.every((text) => new RegExp(pattern, "u").test(text)), pattern);
  }
});

Deno.test("compileStringGenerator, repeats no more than required at size 0, and more at larger sizes", () => {
  const make = compileStringGenerator("^a{2,}b*c+d?$")!;
  const random = seededRandom(1);
  assertEquals(make(random, 0), "aac");
  const lengths = Array.from({ length: 30 }, () => make(random, 10)!.length);
  assert(Math.max(...lengths) > 10);
  assert(texts("^a{2,4}$").every(({ length }) => length >= 2 && length <= 4));
});

Deno.test("compileStringGenerator, uses every alternative and many characters of a class", () => {
  assertEquals(new Set(texts("^(?:red|green|blue)$")).size, 3);
  assert(new Set(texts("^[a-z]$")).size > 10);
});

Deno.test("compileStringGenerator, satisfies look-around by chance, and never returns a mismatch", () => {
  const made = texts("^(?=.*\\d)(?=.*[a-z]).{6,}$");
  assert(made.length > 10);
  assert(made.every((text) => /\d/.test(text) && /[a-z]/.test(text) && text.length >= 6));
  assert(texts("^(?!ab)[ab]{2}$").every((text) => text !== "ab"));
  assertEquals(texts("a$b"), []);
  assertEquals(texts("[]"), []);
});

Deno.test("compileStringGenerator, respects the flags", () => {
  const made = texts("^[a-c]{5}$", "iu");
  assert(made.some((text) => /[A-C]/.test(text)) && made.some((text) => /[a-c]/.test(text)));
  assertEquals(texts("^a.$", "s").length, 30);
});

Deno.test("compileStringGenerator, returns undefined for back-references and invalid patterns", () => {
  for (const pattern of ["(a)\\1", "(?<x>a)\\k<x>", "[", "(", "a)", "*", "\\u{zz}", "a{2,1}"]) {
    assertEquals(compileStringGenerator(pattern), undefined, pattern);
  }
  assertEquals(compileStringGenerator("a", "no flags"), undefined);
});
