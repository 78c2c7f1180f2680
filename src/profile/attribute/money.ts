/**
 * Money in its smallest units, so that sums are exact.
 *
 * @module
 */

/** Number of the smallest units of money in one unit of the currency. */
const UNITS = 1e12;

/** Converts a price to the smallest units of money. */
export function toUnits(price: number): number {
  return Math.round(price * UNITS);
}

/** Sum of tokens and money. */
export class Sum {
  tokens = 0;
  /** Money in the smallest units; undefined if no price is known. */
  #units: number | undefined;

  /** Adds tokens, and their price in the smallest units; undefined if it is not known. */
  add(tokens: number, units: number | undefined): void {
    this.tokens += tokens;
    if (units !== undefined) this.#units = (this.#units ?? 0) + units;
  }

  /** Tokens, and the price in units of the currency if it is known, as fields of a row. */
  get fields(): { readonly tokens: number; readonly cost?: number } {
    const { tokens } = this;
    return { tokens, ...(this.#units !== undefined && { cost: this.#units / UNITS }) };
  }
}
