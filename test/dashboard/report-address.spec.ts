import { describe, expect, it } from '@jest/globals';

import { parseRoute } from '../../src/dashboard/address.js';
import {
  REPORTS,
  kindOf,
  reportDays,
  reportFileName,
  reportIn,
  reportLink,
  reportStretch,
  titleOf,
} from '../../src/dashboard/report-address.js';

const NOW = Date.parse('2026-11-27T12:00:00Z');
const KEPT = 'drift-2026-11-26-2026-11-20.3';

const asked = (hash: string): ReturnType<typeof reportIn> => reportIn(parseRoute(hash));
const sent = (hash: string): string => reportStretch(asked(hash), NOW).toString();

describe('the address of a report', () => {
  it('is found again, with the stretch of time where it has one', () => {
    for (const { value } of REPORTS) {
      const found = asked(`#/reports/${value}?days=28`);
      expect([found.name, kindOf(found.name)]).toEqual([value, value]);
    }
    expect(reportLink(asked('#/reports/drift?days=28'))).toBe('#/reports/drift?days=28');
    expect(reportLink(asked(`#/reports/${KEPT}?days=28`))).toBe(`#/reports/${KEPT}`);
  });

  it('is of the performance where it names none, and of a kept one by its id', () => {
    expect(asked('#/reports').name).toBe('performance');
    expect([KEPT, 'constructor'].map(kindOf)).toEqual(['nightly', 'nightly']);
  });

  it('asks for the stretch that was chosen', () => {
    expect(sent('#/reports/drift?days=1')).toBe('from=2026-11-26T12%3A00%3A00.000Z');
    expect(sent('#/reports/performance?until=2026-11-20T00:00:00Z')).toBe(
      'from=2026-08-22T00%3A00%3A00.000Z&to=2026-11-20T00%3A00%3A00.000Z',
    );
  });

  it('leaves the usual stretch to the API, and tells it no other thing', () => {
    expect(sent('#/reports/performance')).toBe('');
    expect(sent('#/reports/data-quality?segment=mobile')).toBe('');
    expect(sent('#/reports/drift?days=7&segment=mobile')).toBe('from=2026-11-20T12%3A00%3A00.000Z');
    expect(sent(`#/reports/${KEPT}?days=28`)).toBe('');
  });

  it('shows the days that the API looks back where none or odd ones are asked for', () => {
    const days = ['performance', 'drift', 'data-quality?days=5', 'performance?days=1'];
    expect(days.map((rest) => reportDays(asked(`#/reports/${rest}`)))).toEqual([
      ...['90', '7', '7', '1'],
    ]);
  });

  it('names the page and its file', () => {
    const names = ['performance', 'data-quality', KEPT];
    expect(names.map(titleOf)).toEqual([
      ...['Performance report', 'Data quality report', 'Nightly drift report'],
    ]);
    expect(names.map(reportFileName)).toEqual([
      ...['throughline-performance.html', 'throughline-data-quality.html', `${KEPT}.html`],
    ]);
  });
});
