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

export async function play(rounds: number): Promise<number> {
  let sum = 0;
  for (let round = 0; round < rounds; round++) {
    const box = new Box(round);
    sum += await box.later();
    for await (const value of box.many()) sum += twice(value);
    sum += [1, 2, 3].map((value) => value + 1).filter((value) => value > 2).length;
    sum += fibonacci(5);
  }
  return sum;
}
