/**
 * The valibot schema of any JSON value.
 *
 * @module
 */
import * as v from "valibot";
import { reasonOf } from "../errors.ts";
import { copyJson, type Json } from "./json.ts";

/** What must be JSON, copied so that later changes to what was given do not reach it. */
export const jsonValue: v.GenericSchema<unknown, Json> = v.pipe(
  v.unknown(),
  v.rawTransform<unknown, Json>(({ dataset, addIssue, NEVER }) => {
    try {
      return copyJson(dataset.value);
    } catch (error) {
      addIssue({ message: reasonOf(error) });
      return NEVER;
    }
  }),
);
