// Measures every episode of a simulated world, and searches every day for failures that nothing
// fired on, in the order in which the service does both, each on what was known by then.
import { compileMappings } from '../../../dist/core/journeys/stage-mapping.js';
import { stageWindow } from '../../../dist/core/journeys/stage-cell.js';
import { fitBaseline } from '../../../dist/core/outcomes/baseline.js';
import { changeSpans, incidentSpans } from '../../../dist/core/outcomes/known-trouble.js';
import { LONGEST_FAILURE } from '../../../dist/core/outcomes/failure-pieces.js';
import { measureOutcome } from '../../../dist/core/outcomes/measured-outcome.js';
import { withoutHandedOn } from '../../../dist/core/outcomes/handed-on.js';
import { missedFailures, searchFailures } from '../../../dist/core/outcomes/missed-failures.js';
import { LATENESS, outcomeDueAt } from '../../../dist/core/outcomes/outcome-due.js';
import { searchedSegments } from '../../../dist/core/outcomes/searched-segments.js';
import { delayTo } from '../../../dist/core/outcomes/window-totals.js';
import { hashText } from '../../../dist/core/simulation/random-stream.js';
import { endOf } from '../../../dist/core/simulation/world-options.js';
import { seededRandom } from '../../../dist/core/statistics/random.js';
import { episodesOf } from '../../../dist/core/telemetry/episode.js';
import { DAY, bucketStart } from '../../../dist/core/telemetry/time.js';

const HISTORY = 56 * DAY;

const randomFor = (...place) => seededRandom(hashText(place.join('/')));

const cut = (series, from, to) => {
  const [first, last] = [from, to].map((at) =>
    Math.max(0, Math.floor((at - series.start) / series.width)),
  );
  return {
    ...series,
    start: series.start + first * series.width,
    entered: series.entered.subarray(first, last),
    converted: series.converted.subarray(first, last),
  };
};

/** Baselines as the service fits them: once a day, on what was known when it began. */
class Baselines {
  kept = new Map();

  constructor(world, series, failures) {
    Object.assign(this, { world, series, failures });
  }

  of(stage, asOf) {
    const day = bucketStart(asOf, DAY);
    const key = `${stage.name}/${stage.segment}@${day}`;
    if (!this.kept.has(key)) this.kept.set(key, this.fit(stage, day));
    return this.kept.get(key);
  }

  /** The stages that an anomaly is mapped to. */
  touched(anomaly) {
    this.mappingsOf ??= compileMappings(
      this.world.journeys.map((journey) => ({ version: 1, journey })),
    );
    return new Set(this.mappingsOf(anomaly).map(({ journey, stage }) => `${journey}/${stage}`));
  }

  fit({ journey, stageIndex, name, segment }, day) {
    const to = day - stageWindow(journey, stageIndex);
    if (to <= this.world.options.start) return null;
    const series = cut(this.series.get(`${name}/${segment}`), day - HISTORY, to);
    const known = this.failures.filter((one) => one.name === name && one.knownAt <= day);
    const { changes, incidents } = this.world;
    const told = changes.filter(({ receivedAt }) => receivedAt <= day);
    const handled = incidents.filter(
      ({ incident, anomalies }) =>
        (incident.mitigatedAt ?? incident.resolvedAt) <= day &&
        anomalies.some(({ anomaly }) => this.touched(anomaly).has(name)),
    );
    const masked = [
      ...known.map(({ startedAt, endedAt }) => ({ startedAt, endedAt })),
      ...changeSpans(
        journey,
        stageIndex,
        told.map(({ change }) => change),
      ),
      ...incidentSpans(handled.map(({ incident }) => incident)),
    ];
    const whole =
      segment === '' ? undefined : this.of({ journey, stageIndex, name, segment: '' }, day);
    return fitBaseline(series, { asOf: to, masked, whole });
  }
}

function stagesOf(world) {
  return world.journeys.flatMap((journey) =>
    journey.stages.map((stage, stageIndex) => {
      return { journey, stage, stageIndex, name: `${journey.key}/${stage.key}`, segment: '' };
    }),
  );
}

/** Every episode with each stage that it is mapped to. */
function episodeStages(world, stages) {
  const planned = world.anomalies.filter(({ receivedAt }) => receivedAt < endOf(world.options));
  const byId = new Map(planned.map((one) => [one.anomaly.id, one]));
  const mappingsOf = compileMappings(world.journeys.map((journey) => ({ version: 1, journey })));
  return episodesOf(planned.map(({ anomaly }) => anomaly)).flatMap((episode) => {
    const { anomaly, faultId } = byId.get(episode.id);
    const mappings = mappingsOf(anomaly);
    const touched = new Set(mappings.map(({ journey, stage }) => `${journey}/${stage}`));
    const mitigated = world.incidents
      .filter(({ incident }) => episode.anomalyIds.some((id) => incident.anomalyIds.includes(id)))
      .map(({ mitigatedAt }) => mitigatedAt)
      .filter((at) => at !== null && at >= episode.startedAt);
    return [...touched].map((name) => {
      const stage = stages.find((one) => one.name === name);
      const mitigatedAt = mitigated.length > 0 ? Math.min(...mitigated) : undefined;
      const dueAt = outcomeDueAt(episode, stage.stage, stage.journey);
      const segment = anomaly.segment ?? '';
      const horizon = stage.stage.horizon;
      return { ...stage, segment, episode, anomaly, faultId, touched, mitigatedAt, dueAt, horizon };
    });
  });
}

export class MeasuredWorld {
  failures = [];
  outcomes = [];
  missed = [];

  constructor(world, series) {
    Object.assign(this, { world, series, stages: stagesOf(world) });
    this.baselines = new Baselines(world, series, this.failures);
  }

  observe(stage, asOf) {
    const baseline = this.baselines.of(stage, asOf);
    const series = this.series.get(`${stage.name}/${stage.segment}`);
    return baseline === null || series === undefined ? null : { series, baseline };
  }

  /** As the service chooses them. */
  controlsFor(own, touched, asOf) {
    const observed = (stage) => this.observe(stage, asOf) ?? [];
    const entries = this.stages.filter(({ stageIndex }) => stageIndex === 0);
    const entry = entries.find(({ journey }) => journey === own.journey);
    const isTouched = touched.has(entry.name);
    const came = { ...entry, segment: own.segment };
    const observedEntry = own.stageIndex > 0 ? this.observe(came, asOf) : null;
    const delay = delayTo(own.journey, own.stageIndex);
    const inflow = observedEntry ? { ...observedEntry, touched: isTouched, delay } : undefined;
    if (inflow?.touched === false) return { inflow };
    const others = entries.filter((one) => one !== entry && !touched.has(one.name));
    return { controls: others.flatMap(observed), inflow };
  }

  measure(due) {
    const { episode, stage, mitigatedAt, horizon, name } = due;
    const { startedAt } = episode;
    const observed = this.observe(due, startedAt);
    if (observed === null) return;
    const measured = measureOutcome({
      ...{ startedAt, horizon, mitigatedAt, criterion: stage.failure },
      ...observed,
      series: cut(observed.series, -Infinity, startedAt + horizon + LONGEST_FAILURE),
      ...this.controlsFor(due, due.touched, startedAt),
      random: randomFor(episode.id, name),
    });
    this.outcomes.push({ ...due, measured });
    if (measured.failure === true && measured.failureWindow !== null) {
      this.failures.push({ name, knownAt: due.dueAt, ...measured.failureWindow });
    }
  }

  /** A stage as a whole, and its segments that brought enough in the week before. */
  placesOf(stage, day) {
    const prefix = `${stage.name}/`;
    const parts = [...this.series.keys()].filter((key) => key.startsWith(prefix) && key !== prefix);
    const entered = (key) =>
      cut(this.series.get(key), day - 7 * DAY, day).entered.reduce((sum, count) => sum + count, 0);
    const bySegment = new Map(parts.map((key) => [key.slice(prefix.length), entered(key)]));
    const segments = searchedSegments(bySegment, 7 * DAY);
    return ['', ...segments].map((segment) => ({ ...stage, segment }));
  }

  search(day, at, episodes) {
    const places = this.stages.flatMap((stage) => this.placesOf(stage, day));
    const searched = places.flatMap((stage) => {
      const observed = this.observe(stage, day);
      const history = observed?.baseline.history;
      if (observed === null || history.until - history.from < 6.5 * DAY) return [];
      const controls = this.controlsFor(stage, new Set(), day);
      const segment = stage.segment === '' ? null : stage.segment;
      const place = { journey: stage.journey.key, stage: stage.stage.key, segment };
      return [{ ...place, criterion: stage.stage.failure, ...observed, ...controls }];
    });
    const mapped = episodes.map(({ episode, journey, stage, segment, horizon, mitigatedAt }) => ({
      ...{ journey: journey.key, stage: stage.key, segment: segment === '' ? null : segment },
      startedAt: episode.startedAt,
      endedAt: Math.min(episode.startedAt + horizon, mitigatedAt ?? Infinity),
    }));
    const found = searchFailures(searched, {
      ...{ from: day, to: day + DAY, episodes: mapped },
      randomOf: ({ journey, stage, segment }, startedAt) =>
        randomFor('missed', journey, stage, startedAt, ...(segment === null ? [] : [segment])),
    });
    for (const one of missedFailures(this.ownFailures(found, at), mapped)) {
      this.missed.push({ ...one, name: `${one.journey}/${one.stage}` });
      const { startedAt, endedAt } = one;
      this.failures.push({ name: `${one.journey}/${one.stage}`, knownAt: at, startedAt, endedAt });
    }
  }

  /** What no earlier stage handed on, by what is known at a time. */
  ownFailures(found, at) {
    const known = this.failures
      .filter(({ knownAt }) => knownAt <= at)
      .map(({ name, startedAt, endedAt }) => {
        const [journey, stage] = name.split('/');
        return { journey, stage, segment: null, startedAt, endedAt };
      });
    return withoutHandedOn(found, known, (key) =>
      this.stages.filter(({ journey }) => journey.key === key).map(({ stage }) => stage.key),
    );
  }

  run() {
    const { world } = this;
    const episodes = episodeStages(world, this.stages);
    const end = endOf(world.options);
    const windows = this.stages.map(({ journey, stageIndex }) => stageWindow(journey, stageIndex));
    const ripening = LONGEST_FAILURE + Math.max(...windows) + LATENESS;
    const due = episodes.map((one) => ({ at: one.dueAt, run: () => this.measure(one) }));
    for (let day = world.options.start; day + DAY + ripening <= end; day += DAY) {
      const at = day + DAY + ripening;
      due.push({ at, run: () => this.search(day, at, episodes) });
    }
    const ripe = due.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
    for (const { run } of ripe) run();
    return this;
  }
}
