import { Tool } from "@nomos/agent";
import * as v from "valibot";

export const today = new Tool({
  name: "today",
  description: "The date of today",
  args: v.object({}),
  run: () => new Date().toISOString().slice(0, 10),
});
