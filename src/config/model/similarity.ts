/**
 * Similarity of examples to an input by their words (BM25), for models that cannot embed.
 *
 * @module
 */
import MiniSearch from "minisearch";
import type { ExampleSimilarity } from "../../prompt/examples.ts";

const FIELD = "context";
/** Frequent words, which say nothing about a situation. */
const FREQUENT = new Set(
  ("a an and are as at be but by can could do does for from had has have he her him his i if in " +
    "into is it its me my no not of on or our she should so that the their them then there they " +
    "this to up us user was we were what when where which who will with would you your").split(" "),
);

/**
 * Creates a function that compares texts by their words: the best context that shares a word with
 * the input has the similarity 1, the others that of their score to the best one.
 */
export function createWordSimilarity(): ExampleSimilarity {
  const segmenter = new Intl.Segmenter(undefined, { granularity: "word" });
  const tokenize = (text: string) =>
    Array.from(segmenter.segment(text), ({ isWordLike, segment }) => isWordLike ? segment : "");
  const processTerm = (term: string) => {
    const word = term.normalize("NFKC").toLowerCase();
    return word === "" || FREQUENT.has(word) ? null : word;
  };
  const indexes = new Map<string, MiniSearch>();
  return (input, contexts) => {
    const key = JSON.stringify(contexts);
    let index = indexes.get(key);
    if (index === undefined) {
      index = new MiniSearch({ fields: [FIELD], tokenize, processTerm });
      index.addAll(contexts.map((context, id) => ({ id, [FIELD]: context })));
      indexes.set(key, index);
    }
    const results = index.search(input, {
      // Other forms of a word: "orders", "ordering".
      prefix: (term) => term.length > 3,
      fuzzy: (term) => term.length > 3 ? 0.2 : false,
    });
    const best = results[0]?.score ?? 1;
    const scores = new Map(results.map(({ id, score }) => [id as number, score / best]));
    return contexts.map((_, id) => scores.get(id) ?? 0);
  };
}
