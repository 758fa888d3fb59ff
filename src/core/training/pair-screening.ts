import type { AdditiveTerms, PairTerm } from '../features/additive-terms.js';
import { featureParts } from '../features/feature-parts.js';
import type { FeatureTable } from '../features/feature-schema.js';
import { normalQuantile } from '../statistics/special-functions.js';
import { sigmoid } from './linear-margin.js';

/** What is known of each row before pairs are looked for. */
export interface ScreenedRows {
  readonly table: FeatureTable;
  readonly labels: Uint8Array;
  readonly rowWeights: Float64Array;
  readonly margins: Float64Array;
}

interface FoundPair extends PairTerm {
  readonly evidence: number;
}

const MOST_PAIRS = 16;
const MOST_CROSSINGS = 250_000;
const MOST_COLUMNS = 500;

// A crossing of fewer rows would be pulled to nought: it is left to its features.
const FEWEST_ROWS = 3;

// Looking at each pair reads every row once: this many reads take about a second.
const MOST_READS = 4e8;

// Pairs between two looks at the clock.
const BETWEEN_LOOKS = 100;

/**
 * The pairs of features whose crossings say more than their features do alone, strongest first: those
 * whose evidence (the gain in log marginal likelihood by random effects of the crossings, around the
 * model so far) is such that by luck half a pair would pass. Pairs of categories are held against
 * luck among themselves, the rest (numbers by bins) among the rest. Pairs in the model are left out.
 * None where the milliseconds that `remaining` says are spent on the way: those looked at by then
 * were only the first.
 */
export function screenPairs(
  terms: AdditiveTerms,
  rows: ScreenedRows,
  remaining: () => number = () => Infinity,
): PairTerm[] {
  const parts = featureParts(terms);
  const codes = new Map([...parts].map(([name, one]) => [name, one.partsOf(rows.table)]));
  const categorical = new Set(terms.categorical.map(({ name }) => name));
  const families = [[], []] as [Candidate[], Candidate[]];
  for (const pair of candidates(terms, rows.table.rows)) {
    const both = categorical.has(pair.first) && categorical.has(pair.second);
    families[both ? 0 : 1].push(pair);
  }
  const sums = new CrossingSums(residualsOf(rows));
  const found: FoundPair[] = [];
  for (const family of families) {
    const needed = luckyEvidence(family.length);
    for (const [place, pair] of family.entries()) {
      if (place % BETWEEN_LOOKS === 0 && remaining() <= 0) return [];
      found.push(...foundIn(pair, { parts, codes, sums, needed }));
    }
  }
  return strongest(found);
}

interface Looking {
  readonly parts: ReadonlyMap<string, { readonly count: number }>;
  readonly codes: ReadonlyMap<string, Int32Array>;
  readonly sums: CrossingSums;
  readonly needed: number;
}

/** The pair with its evidence, where that is enough and its crossings are not too many. */
function foundIn(pair: Candidate, { parts, codes, sums, needed }: Looking): FoundPair[] {
  const [one, other] = [codes.get(pair.first), codes.get(pair.second)];
  const count = parts.get(pair.second)?.count ?? 0;
  if (one === undefined || other === undefined) return [];
  if ((parts.get(pair.first)?.count ?? 0) * count > MOST_CROSSINGS) return [];
  sums.gather(one, other, count);
  const evidence = sums.evidence();
  return evidence > needed ? [{ ...pair, evidence, crossings: sums.crossings(FEWEST_ROWS) }] : [];
}

type Candidate = Pick<PairTerm, 'first' | 'second'>;

/** Every pair of features, those first in the order of the terms where there are too many. */
function candidates({ categorical, numeric, pairs }: AdditiveTerms, rows: number): Candidate[] {
  const names = [...categorical, ...numeric].map(({ name }) => name);
  const known = new Set(pairs.map(({ first, second }) => JSON.stringify([first, second])));
  const most = MOST_READS / Math.max(1, rows);
  const found: Candidate[] = [];
  for (let j = 1; j < names.length && found.length < most; j += 1) {
    for (let i = 0; i < j; i += 1) {
      const [first = '', second = ''] = [names[i], names[j]];
      if (!known.has(JSON.stringify([first, second]))) found.push({ first, second });
    }
  }
  return found;
}

/** What evidence half a pair of so many would reach by luck: half a chi-square of one degree. */
function luckyEvidence(pairs: number): number {
  return Math.max(1, normalQuantile(1 - 1 / (2 * Math.max(1, pairs))) ** 2 / 2);
}

interface Residuals {
  readonly rowWeights: Float64Array;
  readonly errors: Float64Array;
  readonly curvatures: Float64Array;
}

function residualsOf({ labels, rowWeights, margins }: ScreenedRows): Residuals {
  const errors = new Float64Array(margins.length);
  const curvatures = new Float64Array(margins.length);
  margins.forEach((margin, row) => {
    const probability = sigmoid(margin);
    const weight = rowWeights[row] ?? 0;
    errors[row] = weight * ((labels[row] ?? 0) - probability);
    curvatures[row] = weight * probability * (1 - probability);
  });
  return { rowWeights, errors, curvatures };
}

const VARIANCES = Array.from({ length: 24 }, (_, i) => 1e-4 * 10 ** (i / 4.6));

/** Sums by crossing of one pair after another, in the same arrays. */
class CrossingSums {
  private readonly weights = new Float64Array(MOST_CROSSINGS);
  private readonly errors = new Float64Array(MOST_CROSSINGS);
  private readonly curvatures = new Float64Array(MOST_CROSSINGS);
  private touched: number[] = [];

  constructor(private readonly rows: Residuals) {}

  gather(parts: Int32Array, others: Int32Array, count: number): void {
    for (const crossing of this.touched) {
      this.weights[crossing] = 0;
      this.errors[crossing] = 0;
      this.curvatures[crossing] = 0;
    }
    this.touched = [];
    for (let row = 0; row < parts.length; row += 1) {
      const [part, other] = [parts[row] ?? -1, others[row] ?? -1];
      if (part >= 0 && other >= 0) this.add(row, part * count + other);
    }
    this.touched.sort((a, b) => a - b);
  }

  private add(row: number, crossing: number): void {
    const weight = this.rows.rowWeights[row] ?? 0;
    const before = this.weights[crossing] ?? 0;
    if (weight === 0) return;
    if (before === 0) this.touched.push(crossing);
    this.weights[crossing] = before + weight;
    this.errors[crossing] = (this.errors[crossing] ?? 0) + (this.rows.errors[row] ?? 0);
    this.curvatures[crossing] = (this.curvatures[crossing] ?? 0) + (this.rows.curvatures[row] ?? 0);
  }

  /** Crossings with so much weight, ascending. */
  crossings(least: number): number[] {
    return this.touched.filter((crossing) => (this.weights[crossing] ?? 0) >= least);
  }

  /** The best over variances of the log marginal likelihood of random effects against none. */
  evidence(): number {
    let best = 0;
    for (const variance of VARIANCES) {
      let gain = 0;
      for (const crossing of this.touched) {
        const inflated = 1 + variance * (this.curvatures[crossing] ?? 0);
        gain += ((this.errors[crossing] ?? 0) ** 2 * variance) / inflated - Math.log(inflated);
      }
      best = Math.max(best, gain / 2);
    }
    return best;
  }
}

/** As many as the bounds on pairs and on their columns allow; ties by name. */
function strongest(found: readonly FoundPair[]): PairTerm[] {
  const ranked = [...found].sort(
    (a, b) =>
      b.evidence - a.evidence || (`${a.first} ${a.second}` < `${b.first} ${b.second}` ? -1 : 1),
  );
  let columns = 0;
  const kept = ranked.filter(({ crossings }, rank) => {
    const fits = rank < MOST_PAIRS && columns + crossings.length <= MOST_COLUMNS;
    if (fits) columns += crossings.length;
    return fits;
  });
  return kept.map(({ first, second, crossings }) => ({ first, second, crossings }));
}
