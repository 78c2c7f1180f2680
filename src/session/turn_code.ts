/**
 * Code that a session needs after its creation: turns and forks. It is one module, loaded when
 * it is first needed, because every further way to load a part of it splits the core into more
 * chunks when it is bundled.
 *
 * @module
 */
export { refuseTurn, runTurn } from "../turn/loop.ts";
export { joinTurn } from "../turn/repeated_input.ts";
export { forkSession } from "./fork_session.ts";
