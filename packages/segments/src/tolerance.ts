/** Starts and ends that differ by up to 10 ms meet: streams are seen to jitter by a few (spec 1.3; wubloader commit 2a1f720). */
export const TOLERANCE_MICROS = 10_000;
