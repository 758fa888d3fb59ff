import { describe, expect, it } from '@jest/globals';

import { jointGroups } from '../../../src/core/outcomes/joint-groups.js';

const about = (episodeId: string, incidentId: string | null, failureId: string | null) => {
  return { episodeId, incidentId, failureId };
};

describe('jointGroups', () => {
  it('keeps what shares an incident, a failure or an episode together, and all else apart', () => {
    expect(
      jointGroups([
        about('e1', 'inc', null),
        about('e2', 'inc', 'f1'),
        // On the same failure, though nobody put it into the incident.
        about('e3', null, 'f1'),
        about('e4', null, null),
        // One episode on two stages, each with its failure.
        about('e5', null, 'f2'),
        about('e5', null, 'f3'),
        about('e6', null, 'f3'),
      ]),
    ).toEqual([
      ...['incident inc', 'incident inc', 'incident inc', 'episode e4'],
      ...['failure f2', 'failure f2', 'failure f2'],
    ]);
  });

  it('joins groups that a later answer is part of, whatever came in between', () => {
    const answers = [about('e1', 'a', null), about('e2', null, 'f'), about('e3', 'b', null)];
    expect(new Set(jointGroups(answers)).size).toBe(3);
    const joined = jointGroups([...answers, about('e2', 'b', null), about('e4', 'a', 'f')]);
    expect(new Set(joined)).toEqual(new Set(['incident a']));
  });

  it('does not take an episode for an incident of the same name', () => {
    const answers = [about('x', null, null), about('y', 'x', null), about('y', null, 'z')];
    expect(jointGroups(answers)).toEqual(['episode x', 'incident x', 'incident x']);
  });
});
