// Loaded by call_counts_test.ts in a process of its own; the positions of the functions matter.

interface Sized {
  readonly size: number;
}

class Box implements Sized {
  readonly #extra: number = 1;
  constructor(readonly content: number) {}
  get size(): number {
    return this.content + this.#extra;
  }
  async later(): Promise<number> {
    await null;
    await null;
    return this.size;
  }
  async *many(): AsyncGenerator<number> {
    yield 1;
    yield 2;
  }
}

function fibonacci(index: number): number {
  return index < 2 ? index : fibonacci(index - 1) + fibonacci(index - 2);
}

const twice = (value: number): number => value * 2;

const isEven = (value: number): boolean => value === 0 || isOdd(value - 1);
const isOdd = (value: number): boolean => value !== 0 && isEven(value - 1);

async function countDown(value: number): Promise<void> {
  await null;
  if (value > 0) await countDown(value - 1);
}

/** Begins with loops, some of which are never entered. */
class Tree {
  constructor(readonly children: readonly Tree[]) {}
  count = (found: Tree[] = []): Tree[] => {
    for (const child of this.children) child.count(found);
    found.push(this);
    return found;
  };
  visit(): void {
    for (const child of this.children) child.visit();
  }
  get depth(): number {
    while (this.children.length > 0) return 1 + Math.max(...this.children.map((x) => x.depth));
    return 0;
  }
}

/** Two functions of one name, of which neither calls itself. */
const sides = {
  left: { same: (value: number): number => sides.right.same(value) },
  right: { same: (value: number): number => value },
};

/** Not recursive, although both functions have no name. */
function outer(values: readonly number[]): number {
  return values.map((value) => [value].map((inner) => inner + 1)[0]!).length;
}

export async function play(rounds: number): Promise<number> {
  let sum = 0;
  for (let round = 0; round < rounds; round++) {
    const box = new Box(round);
    sum += await box.later();
    for await (const value of box.many()) sum += twice(value);
    sum += [1, 2, 3].map((value) => value + 1).filter((value) => value > 2).length;
    sum += fibonacci(5);
    sum += Number(isEven(6));
    await countDown(2);
    const tree = new Tree([new Tree([]), new Tree([new Tree([])])]);
    tree.visit();
    sum += tree.count().length + tree.depth;
    sum += sides.left.same(1) + outer([1, 2]);
  }
  return sum;
}
