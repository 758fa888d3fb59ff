/** Categories that are alike: how many rows each has, and in how many parts of both sides these lie. */
export interface AlikeCategories {
  readonly rows: number;
  /** Rows, or blocks of rows that depend on each other: what may change sides by itself. */
  readonly parts: number;
  readonly categories: number;
}

/** Both sides of a column, told by its categories. */
export interface PooledCategories {
  readonly alike: readonly AlikeCategories[];
  /** Parts of each side. */
  readonly reference: number;
  readonly current: number;
  /** Rows of the current side in categories that the reference never had. */
  readonly unseen: number;
}

/** Halvings of the interval that the exponent is sought in; any exponent gives a bound that holds. */
const STEPS = 60;

/** Beyond this e to the power of it says no more. */
const MOST_EXPONENT = 700;

interface Term {
  readonly rows: number;
  readonly categories: number;
  /** Chance that all its parts fall to the current side. */
  readonly chance: number;
}

function termsOf({ alike, reference, current }: PooledCategories): Term[] {
  return alike.flatMap(({ rows, parts, categories }) => {
    let chance = 1;
    for (let i = 0; i < parts && chance > 0; i += 1) {
      chance *= Math.max(0, current - i) / (reference + current - i);
    }
    return chance > 0 ? [{ rows, categories, chance }] : [];
  });
}

/** ln E e^(t rows) of a category that is wholly on the current side with some chance. */
function logMoment({ rows, chance }: Term, t: number): number {
  return t * rows + Math.log(chance + (1 - chance) * Math.exp(-t * rows));
}

/** The derivative of that: its rows, as far as so large an exponent expects them. */
function tilted({ rows, chance }: Term, t: number): number {
  return (rows * chance) / (chance + (1 - chance) * Math.exp(-t * rows));
}

const sumOf = (terms: readonly Term[], of: (term: Term) => number): number =>
  terms.reduce((sum, term) => sum + term.categories * of(term), 0);

/**
 * How surely more rows lie in categories that the reference never had than chance would put there.
 * Under no drift parts change sides at random, and a category is new where all of its parts fall to
 * the current side. A part that is drawn makes the next less likely, so the generating function of
 * independent categories is an upper bound, and so is what Chernoff makes of it: p is never too small.
 * Ids, each of them in one row, are all new on both sides and say nothing.
 */
export function unseenP(pooled: PooledCategories): number {
  const [terms, { unseen }] = [termsOf(pooled), pooled];
  if (unseen <= sumOf(terms, ({ rows, chance }) => rows * chance)) return 1;
  let [low, high] = [0, MOST_EXPONENT];
  for (let step = 0; step < STEPS; step += 1) {
    const t = (low + high) / 2;
    if (sumOf(terms, (term) => tilted(term, t)) < unseen) low = t;
    else high = t;
  }
  return Math.min(1, Math.exp(sumOf(terms, (term) => logMoment(term, low)) - low * unseen));
}

/** Standard deviation of the rows in new categories where there is no drift. */
export function unseenDeviation(pooled: PooledCategories): number {
  return Math.sqrt(sumOf(termsOf(pooled), ({ rows, chance }) => rows ** 2 * chance * (1 - chance)));
}

/** Counts categories that are alike together: there are far fewer kinds of them than categories. */
export function alikeCategories(
  each: Iterable<{ readonly rows: number; readonly parts: number }>,
): AlikeCategories[] {
  const found = new Map<string, { rows: number; parts: number; categories: number }>();
  for (const { rows, parts } of each) {
    const key = `${rows} ${parts}`;
    const one = found.get(key);
    if (one === undefined) found.set(key, { rows, parts, categories: 1 });
    else one.categories += 1;
  }
  return [...found.values()];
}
