/**
 * How far apart the clocks of two servers may be without anybody noticing, in milliseconds. An
 * instant further ahead than this is somebody's broken clock.
 */
export const CLOCK_TOLERANCE = 300_000
