/**
 * Judgement of the stores: LangGraph's validation suite for checkpoint savers, through one
 * small saver.
 *
 * @module
 */
import { deltaChannelHistoryTests, validate } from "@langchain/langgraph-checkpoint-validation";
import type { Store } from "@nomos/agent/store";
import { JUDGED_STORES, type JudgedStore } from "./judged_stores.ts";
import { StoreSaver } from "./store_saver.ts";
import { runSuite, type SuiteReport } from "./suite.ts";

const IS_POSTGRES_REQUIRED = Deno.env.get("NOMOS_REQUIRE_POSTGRES") === "1";

/** Judges each store and prints its figures. Returns true if no check failed. */
export async function judgeStores(): Promise<boolean> {
  let hasFailed = false;
  for (const judged of JUDGED_STORES) {
    const start = performance.now();
    const missing = await judged.begin?.();
    if (missing !== undefined) {
      console.log(`${judged.name}: skipped: ${missing}`);
      hasFailed ||= IS_POSTGRES_REQUIRED;
      continue;
    }
    try {
      const { checks, passed, failed, skipped } = await judge(judged);
      const seconds = ((performance.now() - start) / 1_000).toFixed(1);
      console.log(`${judged.name}: ${passed} of ${checks} checks passed in ${seconds} s`);
      for (const check of skipped) console.log(`  skipped: ${check}`);
      for (const check of failed) console.error(`  failed: ${check}`);
      hasFailed ||= failed.length > 0;
    } finally {
      await judged.end?.();
    }
  }
  return !hasFailed;
}

/** Runs the whole suite, including the checks that are optional for savers. */
function judge(judged: JudgedStore): Promise<SuiteReport> {
  const stores = new Map<StoreSaver, Store>();
  const initializer = {
    checkpointerName: judged.name,
    createCheckpointer: async () => {
      const store = await judged.open();
      const saver = new StoreSaver(store);
      stores.set(saver, store);
      return saver;
    },
    destroyCheckpointer: async (saver: StoreSaver) => {
      await judged.close(stores.get(saver)!);
      stores.delete(saver);
    },
  };
  return runSuite(judged.name, () => {
    validate(initializer);
    deltaChannelHistoryTests(initializer);
  });
}
