import { setImmediate as nextTurn } from 'node:timers/promises';

/** The longest that work goes on before whatever else waits gets its turn: an editor draws 60 times a second. */
const TURN_MS = 8;

let turnBegan: number | undefined;

/**
 * Waits for the next turn of the event loop where this one has been long already. All work of the live layer shares the turn:
 * twelve answers that come at once are then taken one by one, too, and so are twelve that have waited.
 */
export async function breathe(): Promise<void> {
  while (turnBegan !== undefined) {
    if (performance.now() - turnBegan <= TURN_MS) return;
    await nextTurn();
  }
  turnBegan = performance.now();
  setImmediate(() => {
    turnBegan = undefined;
  });
}
