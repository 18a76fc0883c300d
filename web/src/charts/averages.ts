/** Lengths of the moving averages over prices and over volume, in bars. */
export const movingAverages = [5, 10, 20, 60] as const;
export const volumeAverages = [5, 10] as const;
