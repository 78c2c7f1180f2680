import { assertEquals } from "@std/assert";
import { formatDurablePeers } from "../../../bench/peers/durable_peers.ts";

Deno.test("formatDurablePeers() shows the range of the rounds, and the ratio of the fastest", () => {
  const report = formatDurablePeers({
    versions: { "a-framework": "1.2.3" },
    settings: [{ store: "sqlite", sessions: 8, perSecond: [[1_400, 1_200.4], [60, 70, 65]] }],
  });
  const row = report.split("\n").find((line) => line.endsWith("sqlite, 8"))!;
  assertEquals(row.trim().split(/ {2,}/), ["1200 to 1400", "60 to 70", "20.0 ×", "sqlite, 8"]);
  assertEquals(report.endsWith(" With a-framework 1.2.3.\n"), true);
});
