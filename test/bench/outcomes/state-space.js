// A reference for the baseline: the structural time series that CausalImpact fits by default, a local
// level and a seasonal of dummies (Harvey 1989; Brodersen et al. 2015), by the Kalman filter. Counts are
// taken in logarithms; the three variances maximise the likelihood over a grid.

/** State: the level, then the effects of the present and of the `period` - 2 seasons before it. */
function advance(state, cov, { level, season }) {
  const size = state.length;
  const next = Float64Array.from(state);
  next[1] = 0;
  for (let i = 1; i < size; i += 1) next[1] -= state[i];
  for (let i = 2; i < size; i += 1) next[i] = state[i - 1];
  // T P T': rows first, then columns.
  const move = (rows) => {
    const moved = rows.map((row) => Float64Array.from(row));
    for (let j = 0; j < size; j += 1) {
      let sum = 0;
      for (let i = 1; i < size; i += 1) sum -= rows[i][j];
      moved[1][j] = sum;
      for (let i = 2; i < size; i += 1) moved[i][j] = rows[i - 1][j];
    }
    return moved;
  };
  const transposed = (rows) => rows.map((_, i) => Float64Array.from(rows, (row) => row[i]));
  const nextCov = transposed(move(transposed(move(cov))));
  nextCov[0][0] += level;
  nextCov[1][1] += season;
  return [next, nextCov];
}

const seen = (cov, noise) => cov[0][0] + 2 * cov[0][1] + cov[1][1] + noise;

function filter(values, period, variances) {
  let state = new Float64Array(period);
  state[0] = values.find((value) => !Number.isNaN(value)) ?? 0;
  let cov = Array.from({ length: period }, (_, i) =>
    Float64Array.from({ length: period }, (__, j) => (i === j ? 10 : 0)),
  );
  let logLikelihood = 0;
  values.forEach((value, t) => {
    if (t > 0) [state, cov] = advance(state, cov, variances);
    if (Number.isNaN(value)) return;
    const variance = seen(cov, variances.noise);
    const error = value - state[0] - state[1];
    if (t >= 2 * period) logLikelihood -= (Math.log(variance) + (error * error) / variance) / 2;
    const gain = cov.map((row) => (row[0] + row[1]) / variance);
    const told = Float64Array.from(cov[0], (one, j) => one + cov[1][j]);
    state = state.map((one, i) => one + gain[i] * error);
    cov = cov.map((row, i) => row.map((one, j) => one - gain[i] * told[j]));
  });
  return { state, cov, logLikelihood };
}

const GRID = [1e-6, 1e-5, 1e-4, 1e-3];

/** The variances under which the counts are likeliest. */
export function fitStateSpace(counts, period) {
  const values = Array.from(counts, (count) => Math.log(count + 0.5));
  const noises = [0.003, 0.01, 0.03, 0.1];
  const all = GRID.flatMap((level) =>
    GRID.flatMap((season) => noises.map((noise) => ({ level, season, noise }))),
  );
  return all
    .map((variances) => ({ variances, ...filter(values, period, variances) }))
    .reduce((best, next) => (next.logLikelihood > best.logLikelihood ? next : best)).variances;
}

/** The 90 % intervals of the counts that follow, each as [low, high]. */
export function forecastStateSpace(counts, period, variances, steps) {
  const values = Array.from(counts, (count) => Math.log(count + 0.5));
  let { state, cov } = filter(values, period, variances);
  return Array.from({ length: steps }, () => {
    [state, cov] = advance(state, cov, variances);
    const [middle, sd] = [state[0] + state[1], Math.sqrt(seen(cov, variances.noise))];
    return [-1.645, 1.645].map((z) => Math.max(0, Math.exp(middle + z * sd) - 0.5));
  });
}
