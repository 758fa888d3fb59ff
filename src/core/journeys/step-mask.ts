/** How many steps are in the mask. */
export function bitCount(mask: number): number {
  let count = 0;
  for (let rest = mask; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}

/** The first step in a mask that is not empty. */
export function lowestStep(mask: number): number {
  return 31 - Math.clz32(mask & -mask);
}

/** The place of the mask that holds the wanted steps and the fewest others; -1 where none does. */
export function leastUseful(masks: readonly number[], wanted: number): number {
  let best = -1;
  masks.forEach((mask, index) => {
    if ((mask & wanted) === 0) return;
    if (best < 0 || bitCount(mask) < bitCount(masks[best] ?? 0)) best = index;
  });
  return best;
}
