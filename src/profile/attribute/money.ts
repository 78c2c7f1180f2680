/**
 * Money in its smallest units, so that sums are exact.
 *
 * @module
 */
import { MONEY_UNITS } from "./attribute_tokens.ts";

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

  /** Price in the smallest units. */
  get units(): number {
    return this.#units ?? 0;
  }

  /** Tokens, and the price in units of the currency if it is known, as fields of a row. */
  get fields(): { readonly tokens: number; readonly cost?: number } {
    const { tokens } = this;
    return { tokens, ...(this.#units !== undefined && { cost: this.#units / MONEY_UNITS }) };
  }
}
