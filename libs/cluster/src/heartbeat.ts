// When a node tells the others of itself, and when it is taken for dead.

export const BEAT_EVERY_MS = 500;
/** A node that was not heard for so long is taken for dead. */
export const DEAD_AFTER_MS = 2000;
