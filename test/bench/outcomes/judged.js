// Measured outcomes beside the truth, and the figures that sum them up.
import { overlaps } from '../../../dist/core/outcomes/stage-series.js';
import { CELL, healthyFlow, lostFlow } from '../../../dist/core/simulation/expected-flow.js';
import { DAY, HOUR } from '../../../dist/core/telemetry/time.js';

const share = (list, test) => list.filter(test).length / Math.max(1, list.length);
const figure = (value) => value.toFixed(3);

/** Episodes on stages, each with its line of truth and whatever else truly failed at that time. */
function pairsOf(world, outcomes, failing) {
  const key = ({ anomalyId, journey, stage }) => `${anomalyId}/${journey}/${stage}`;
  const lines = new Map(world.truth.map((line) => [key(line), line]));
  return outcomes.map((outcome) => {
    const { episode, journey, stage, name, measured, horizon } = outcome;
    const told = episode.anomalyIds.map((anomalyId) =>
      lines.get(key({ anomalyId, journey: journey.key, stage: stage.key })),
    );
    const truth = told.find((line) => line?.failure) ?? told[0];
    const { startedAt } = episode;
    const window = measured.failureWindow ?? { startedAt, endedAt: startedAt + horizon };
    const other = failing.find((one) => one.name === name && overlaps(one, window));
    const trueLoss = trueLossOf(world, outcome, truth);
    return { world, outcome, truth, other, trueLoss };
  });
}

/** What everything that went wrong took from a stage in expectation, over a span of time. */
function lossOver(world, { journey, stageIndex, segment }, { startedAt, endedAt }) {
  const index = world.journeys.indexOf(journey);
  const before = journey.window;
  const from = Math.floor((startedAt - before) / CELL) * CELL;
  const stretch = { from, cells: Math.ceil((endedAt - from) / CELL) };
  const healthy = healthyFlow(index, stretch, world.traffic);
  const segments = healthy.segments.filter((one) => segment === '' || one.segment.name === segment);
  const { lost } = lostFlow({ ...healthy, segments }, world.harm)[stageIndex];
  return lost.reduce((sum, count, i) => sum + (from + i * CELL >= startedAt - CELL ? count : 0), 0);
}

/** What was truly lost while the episode's own fault or the measured failure lasted. */
function trueLossOf(world, outcome, truth) {
  const window = outcome.measured.failureWindow;
  const own = truth.failure || truth.conversionsLost > 0 ? [truth] : [];
  const spans = [...own, ...(window === null ? [] : [window])];
  if (spans.length === 0) return 0;
  const startedAt = Math.min(...spans.map((span) => span.startedAt));
  const endedAt = Math.max(...spans.map((span) => span.endedAt));
  return lossOver(world, outcome, { startedAt, endedAt });
}

/** The stretch in which an episode may be blamed: a failure in it is never told as missed. */
const blamed = ({ episode: { startedAt }, horizon, mitigatedAt = Infinity }) => {
  return { startedAt, endedAt: Math.min(startedAt + horizon, mitigatedAt) };
};

/** What was measured in one world and what was true, episode by episode and failure by failure. */
export function judged(world, { outcomes, missed: found }) {
  const failing = [...world.effects.values()]
    .flat()
    .filter(({ failure }) => failure)
    .map((effect) => ({ ...effect, name: `${effect.journey}/${effect.stage}` }));
  const pairs = pairsOf(world, outcomes, failing);
  const isMeasured = (failure) =>
    outcomes.some(
      ({ name, measured }) =>
        name === `${failure.journey}/${failure.stage}` &&
        measured.failure === true &&
        overlaps(measured.failureWindow, failure),
    );
  // A stage is searched once a week of it is known, and until its failures are over.
  const since = world.options.start + 8 * DAY;
  const until = world.options.start + (world.options.days - 1) * DAY - 10 * HOUR;
  const missed = world.truth
    .filter(({ anomalyId, startedAt }) => {
      return anomalyId === undefined && startedAt >= since && startedAt < until;
    })
    .filter((failure) => !isMeasured(failure))
    .map((failure) => ({ ...failure, world, name: `${failure.journey}/${failure.stage}` }))
    .map((failure) => ({
      ...failure,
      isFound: found.some((one) => one.name === failure.name && overlaps(one, failure)),
      isWatched: outcomes.some(
        (one) => one.name === failure.name && overlaps(blamed(one), failure),
      ),
    }));
  const told = found.map((one) => ({
    ...one,
    world,
    isReal: failing.some((failure) => failure.name === one.name && overlaps(failure, one)),
  }));
  return { pairs, missed, told };
}

function holdsLoss({ outcome, trueLoss }) {
  const [low, high] = outcome.measured.interval;
  // Fractions of a conversion are not worth a miss.
  return trueLoss >= low - 0.5 && trueLoss <= high + 0.5;
}

const isDecided = ({ outcome }) => outcome.measured.failure !== null;
const isSaid = ({ outcome }) => outcome.measured.failure === true;
const isFailing = ({ truth }) => truth.failure;

/** The figures of all worlds together. */
export function figuresOf(judgements) {
  const all = judgements.flatMap(({ pairs }) => pairs);
  const pairs = all.filter(({ outcome }) => outcome.measured.reason !== 'too-thin');
  const [decided, said, failing] = [isDecided, isSaid, isFailing].map((test) => pairs.filter(test));
  const failingDecided = failing.filter(isDecided);
  const missed = judgements.flatMap((one) => one.missed);
  const told = judgements.flatMap((one) => one.told);
  const unfound = missed.filter(({ isFound }) => !isFound);
  return [
    `${all.length} episodes on stages, ${all.length - pairs.length} of them too thin; ${failing.length} of the others truly failing`,
    `precision ${figure(share(said, ({ other }) => other !== undefined))} (${figure(share(said, isFailing))} where only the episode's own fault counts), ${said.length} said to have failed`,
    `recall ${figure(share(failingDecided, isSaid))} of the decided, ${figure(share(failing, isSaid))} of all`,
    `undecided ${figure(1 - decided.length / pairs.length)}, of the truly failing ${figure(1 - failingDecided.length / failing.length)}`,
    `the 90 % interval holds the true loss of ${figure(share(pairs, holdsLoss))}; of the decided ${figure(share(decided, holdsLoss))}, the truly failing ${figure(share(failing, holdsLoss))}, both ${figure(share(failingDecided, holdsLoss))}`,
    `failures that nothing fired on: ${missed.length - unfound.length} of ${missed.length} found (in ${unfound.filter(({ isWatched }) => isWatched).length} of the others another alert fired); ${told.filter(({ isReal }) => !isReal).length} of ${told.length} told were none`,
  ];
}

const iso = (at) => new Date(at).toISOString().slice(5, 16);
const spanOf = (span) =>
  span ? `${iso(span.startedAt)} to ${iso(span.endedAt).slice(6)}` : 'none';
const lossOf = ({ conversionsLost, interval }) =>
  `${conversionsLost.toFixed(1)} [${interval.map((one) => one.toFixed(1)).join(', ')}]`;

function pairLine({ world, outcome, truth, trueLoss }) {
  const { measured, name, segment, episode, anomaly, mitigatedAt } = outcome;
  return [
    ...[world.options.seed, name, segment || '*', anomaly.name, iso(episode.startedAt)],
    mitigatedAt === undefined ? '' : `mitigated ${iso(mitigatedAt).slice(6)}`,
    `measured ${measured.failure} p ${figure(measured.failureProbability)} ${lossOf(measured)} ${spanOf(measured.failureWindow)}`,
    `true ${truth.failure} ${trueLoss.toFixed(1)} ${spanOf(truth)}`,
  ].join(' | ');
}

const missedLine = (one) =>
  [
    one.world.options.seed,
    one.name,
    spanOf(one),
    one.outcome ? lossOf(one.outcome) : one.conversionsLost,
  ].join(' | ');

/** Everything in which measured and true differ. */
export function errorsOf(judgements) {
  const pairs = judgements.flatMap((one) => one.pairs);
  const parts = {
    'said to have failed, and nothing did': pairs.filter((p) => isSaid(p) && p.other === undefined),
    'failed, and not said': pairs.filter((p) => isFailing(p) && !isSaid(p)),
    'failed, and the loss is outside the interval': pairs.filter(
      (p) => isFailing(p) && isSaid(p) && !holdsLoss(p),
    ),
  };
  return [
    ...Object.entries(parts).flatMap(([name, some]) => [`-- ${name}`, ...some.map(pairLine)]),
    '-- nothing fired, and not found',
    ...judgements.flatMap(({ missed }) => missed.filter(({ isFound }) => !isFound).map(missedLine)),
    '-- told as missed, and nothing failed',
    ...judgements.flatMap(({ told }) => told.filter(({ isReal }) => !isReal).map(missedLine)),
  ];
}
