/** How a daemon ends that found its data directory held by another one (`EX_TEMPFAIL`). */
export const EXIT_HELD = 75;
