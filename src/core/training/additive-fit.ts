import { curveWidth, withoutCurves } from '../features/additive-terms.js';
import type { AdditiveTerms } from '../features/additive-terms.js';
import { designOf, layoutOf } from './additive-design.js';
import type { FitOptions, TrainingSet } from './classifier.js';
import { screenPairs } from './pair-screening.js';
import type { PenaltyBlock } from './penalty-block.js';
import { fitPooledLogit, isSilent } from './pooled-logit.js';
import type { PooledLogit } from './pooled-logit.js';
import { marginsOf } from './sparse-design.js';

/** How much an additive model may say: straight lines, curves, or curves and pairs. */
export const STRUCTURES = ['straight', 'curved', 'paired'] as const;
export type Structure = (typeof STRUCTURES)[number];

/** The terms of a model with the fit of their weights. */
export interface AdditiveFit extends PooledLogit {
  readonly terms: AdditiveTerms;
}

/** Fits an additive model of one structure; a fit of the one below may be where it begins. */
export function fitAdditive(
  { terms, structure }: { readonly terms: AdditiveTerms; readonly structure: Structure },
  set: TrainingSet,
  options: FitOptions = {},
): AdditiveFit {
  if (structure === 'straight') return fitted(withoutCurves(terms), set, options);
  const curved = fitted(terms, set, options);
  return structure === 'curved' ? curved : addPairs(curved, set, options);
}

/** Adds the pairs that say something beside the fitted terms, and fits all together. */
export function addPairs(
  below: AdditiveFit,
  set: TrainingSet,
  options: FitOptions = {},
): AdditiveFit {
  if ((options.remaining?.() ?? Infinity) <= 0) return below;
  const { table, labels, weights: rowWeights } = set;
  const margins = marginsOf(designOf(below.terms, table), below.weights);
  const { remaining } = options;
  const found = screenPairs(below.terms, { table, labels, rowWeights, margins }, remaining);
  if (found.length === 0) return below;
  const pairs = [...below.terms.pairs, ...found];
  return fitted({ ...below.terms, pairs }, set, { ...options, start: below });
}

function fitted(
  terms: AdditiveTerms,
  { table, labels, weights: rowWeights }: TrainingSet,
  { remaining, start }: FitOptions & { readonly start?: PooledLogit },
): AdditiveFit {
  const { blocks } = layoutOf(terms);
  const problem = { design: designOf(terms, table), labels, rowWeights, blocks };
  return withoutSilent({ terms, ...fitPooledLogit(problem, { start, remaining }) });
}

/** Leaves out the curves and pairs that say nothing. */
function withoutSilent({ terms, weights, penalties }: AdditiveFit): AdditiveFit {
  const { blocks, curves, pairs } = layoutOf(terms);
  const silent = new Set(
    blocks.filter((_, b) => isSilent(penalties[b] ?? 0)).map(({ from }) => from),
  );
  const goes = ({ from, kind }: PenaltyBlock): boolean =>
    silent.has(from) && (kind === 'chained' || pairs.includes(from));
  const gone = blocks.filter(goes);
  return {
    terms: {
      ...terms,
      numeric: terms.numeric.map((term, i) =>
        curveWidth(term) > 0 && silent.has(curves[i] ?? 0) ? { ...term, edges: [] } : term,
      ),
      pairs: terms.pairs.filter((_, i) => !silent.has(pairs[i] ?? 0)),
    },
    weights: weights.filter((_, j) => !gone.some(({ from, to }) => j >= from && j < to)),
    penalties: penalties.filter((_, b) => !gone.includes(blocks[b] ?? NO_BLOCK)),
  };
}

const NO_BLOCK: PenaltyBlock = { from: 0, to: 0, kind: 'apart' };
