/**
 * Growth of the heap while one agent makes a million decisions, in sessions of three turns.
 * Needs `--v8-flags=--expose-gc`.
 *
 * @module
 */
import { playSession } from "../../scripts/profile/scenario.ts";
import { DECISIONS, ForgetfulLLM, makeAgent } from "../agents.ts";
import { collectGarbage } from "./garbage_collector.ts";

const READINGS = 10;
const SESSIONS_PER_READING = 33_334;
const TURNS = 3;

let made = 0;
const agent = makeAgent(new ForgetfulLLM([() => DECISIONS[made++ % TURNS]!]));

async function play(): Promise<void> {
  for (let played = 0; played < SESSIONS_PER_READING; played++) {
    await playSession(agent.createSession());
  }
}

await play();
const readings: number[] = [];
while (readings.length < READINGS) {
  await play();
  readings.push((await collectGarbage()).heapUsed);
}
console.log(
  JSON.stringify({ bytes: slopeOf(readings) / (SESSIONS_PER_READING * TURNS), decisions: made }),
);

/** Returns the slope per value of the least-squares line. */
function slopeOf(values: readonly number[]): number {
  const middle = (values.length - 1) / 2;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  let [covariance, variance] = [0, 0];
  for (const [place, value] of values.entries()) {
    covariance += (place - middle) * (value - mean);
    variance += (place - middle) ** 2;
  }
  return covariance / variance;
}
