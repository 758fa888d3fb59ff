import { normal, seededRandom } from '../statistics/random.js';

/** A source of uniform numbers in [0, 1). */
export type Random = () => number;

/** Mixes 32 bits one to one (the finaliser of MurmurHash3). */
export function mix32(value: number): number {
  let mixed = value >>> 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** FNV-1a over the text's UTF-16 units, mixed. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  return mix32(hash);
}

/** The stream of one concern: what another concern draws never moves it. */
export function randomStream(seed: number, concern: string): Random {
  return seededRandom((mix32(seed) ^ hashText(concern)) >>> 0);
}

/** A short identifier that says nothing about what it stands for: 12 hexadecimal digits. */
export function opaqueId(seed: number, name: string): string {
  const high = mix32(hashText(name) ^ mix32(seed));
  const low = hashText(`${seed}/${name}`) & 0xffff;
  return high.toString(16).padStart(8, '0') + low.toString(16).padStart(4, '0');
}

/** A log-normal number of the given median; sigma is the spread of its logarithm. */
export function logNormal(random: Random, median: number, sigma: number): number {
  return median * Math.exp(sigma * normal(random));
}

const LARGE_MEAN = 500;

/** A Poisson number by inversion, one draw; for large means the rounded normal, two draws. */
export function poisson(random: Random, mean: number): number {
  if (mean > LARGE_MEAN) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal(random)));
  let rest = random();
  let share = Math.exp(-mean);
  let count = 0;
  while (rest >= share && count < 10 * LARGE_MEAN) {
    rest -= share;
    count += 1;
    share *= mean / count;
  }
  return count;
}

/** One of the entries, with probability in proportion to its weight. */
export function weighted<T>(random: Random, entries: readonly (readonly [T, number])[]): T {
  const total = entries.reduce((sum, [, weight]) => sum + weight, 0);
  let rest = random() * total;
  for (const [item, weight] of entries) {
    rest -= weight;
    if (rest < 0) return item;
  }
  const last = entries.at(-1);
  if (last === undefined) throw new RangeError('nothing to choose from');
  return last[0];
}

/** One of the items, each with the same probability. */
export function pick<T>(random: Random, items: readonly T[]): T {
  return weighted(
    random,
    items.map((item) => [item, 1] as const),
  );
}
