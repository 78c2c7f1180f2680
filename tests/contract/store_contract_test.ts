import { memoryStore } from "../../src/store/memory.ts";
import { storeContract } from "../../src/testing/store_contract/store_contract.ts";

let now = 1_700_000_000_000;
const advance = (ms: number) => void (now += ms);

for (const { name, run } of storeContract(() => memoryStore({ clock: () => now }), { advance })) {
  Deno.test(`memoryStore(), ${name}`, run);
}

for (const { name, run } of storeContract(memoryStore)) {
  Deno.test(`memoryStore() by a clock that goes by itself, ${name}`, run);
}
