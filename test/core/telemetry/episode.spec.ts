import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Anomaly } from '../../../src/core/telemetry/anomaly.js';
import { episodesOf, joinsEpisode, startEpisode } from '../../../src/core/telemetry/episode.js';
import { MINUTE } from '../../../src/core/telemetry/time.js';

const anomaly = (id: string, start: number, end?: number, fingerprint = 'f'): Anomaly => ({
  id,
  source: 's',
  name: 'rule',
  fingerprint,
  severity: 'warning',
  labels: {},
  startedAt: start * MINUTE,
  endedAt: end === undefined ? undefined : end * MINUTE,
});

describe('episodesOf', () => {
  it('joins repeats whose gap is below fifteen minutes, measured from the latest end', () => {
    const episodes = episodesOf([anomaly('a', 0, 10), anomaly('b', 24, 30), anomaly('c', 45, 50)]);
    expect(episodes).toMatchObject([
      { id: 'a', endedAt: 30 * MINUTE, repeats: 1, anomalyIds: ['a', 'b'] },
      { id: 'c', endedAt: 50 * MINUTE, repeats: 0 },
    ]);
  });

  it('keeps the end of a long anomaly that a short repeat lies in, and stays open where it is', () => {
    expect(episodesOf([anomaly('a', 0, 60), anomaly('b', 5, 6)])[0]?.endedAt).toBe(60 * MINUTE);
    expect(episodesOf([anomaly('a', 0, 5), anomaly('b', 6)])[0]?.endedAt).toBeNull();
  });

  it('takes the rule’s own gap, and the latest start where no end is known', () => {
    const repeats = [anomaly('a', 0), anomaly('b', 14), anomaly('c', 28)];
    expect(episodesOf(repeats)).toHaveLength(1);
    expect(episodesOf(repeats, 10 * MINUTE)).toHaveLength(3);
    expect(episodesOf(repeats, () => 20 * MINUTE)).toHaveLength(1);
  });

  it('never joins another fingerprint or source, nor an anomaly from before', () => {
    const episode = startEpisode(anomaly('a', 10, 12));
    expect(joinsEpisode(episode, anomaly('b', 13))).toBe(true);
    expect(joinsEpisode(episode, anomaly('b', 13, 14, 'other'))).toBe(false);
    expect(joinsEpisode(episode, { ...anomaly('b', 13), source: 'other' })).toBe(false);
    expect(joinsEpisode(episode, anomaly('b', 9))).toBe(false);
  });

  it('puts each anomaly into one episode, whatever the order of the input', () => {
    const one = fc.record({
      start: fc.nat(300),
      length: fc.nat(30),
      fingerprint: fc.constantFrom('f', 'g'),
    });
    fc.assert(
      fc.property(fc.array(one, { maxLength: 20 }), (parts) => {
        const all = parts.map(({ start, length, fingerprint }, i) =>
          anomaly(String(i).padStart(2, '0'), start, start + length, fingerprint),
        );
        const episodes = episodesOf(all);
        expect(episodes.flatMap(({ anomalyIds }) => anomalyIds).sort()).toEqual(
          all.map(({ id }) => id),
        );
        expect(episodesOf([...all].reverse())).toEqual(episodes);
      }),
    );
  });
});
