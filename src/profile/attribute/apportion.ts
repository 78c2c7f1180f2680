/**
 * Sharing of whole numbers among parts.
 *
 * @module
 */

/**
 * Shares a whole number among parts in proportion to their weights, by the method of largest
 * remainders: the shares are whole numbers, and add up to the total. Of equal remainders, the first
 * gets more. Beyond the safe integers, the shares are rounded as all numbers there.
 *
 * @param total Whole number from 0.
 * @param weights Finite numbers from 0. If all are 0, the first part gets everything.
 */
export function apportion(total: number, weights: readonly number[]): number[] {
  const sum = weights.reduce((added, weight) => added + weight, 0);
  if (sum === 0) return weights.map((_, index) => index === 0 ? total : 0);
  const quotas = weights.map((weight) => total * (weight / sum));
  // One more or less changes no number beyond the safe integers.
  if (!Number.isSafeInteger(total)) return quotas;
  const shares = quotas.map(Math.floor);
  let left = total - shares.reduce((added, share) => added + share, 0);
  const byRemainder = [...quotas.keys()].filter((index) => weights[index]! > 0).sort((a, b) =>
    quotas[b]! - shares[b]! - (quotas[a]! - shares[a]!)
  );
  // Rounding of a quota may leave one too many or too few, which the order handles as well.
  for (let at = 0; left > 0; at = (at + 1) % byRemainder.length, left--) {
    shares[byRemainder[at]!]!++;
  }
  for (let at = byRemainder.length - 1; left < 0; at = (at || byRemainder.length) - 1) {
    if (shares[byRemainder[at]!]! === 0) continue;
    shares[byRemainder[at]!]!--;
    left++;
  }
  return shares;
}
