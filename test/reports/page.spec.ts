import { describe, expect, it } from '@jest/globals';

import { ticksOf } from '../../src/reports/chart-frame.js';
import { categoryChart, histogramChart } from '../../src/reports/distribution-chart.js';
import { count, figure, pValue, percent } from '../../src/reports/figures.js';
import { html } from '../../src/reports/html.js';
import { lineChart } from '../../src/reports/line-chart.js';
import { reportPage } from '../../src/reports/page.js';
import { bar, legend, mark, table } from '../../src/reports/table.js';

describe('a report page', () => {
  it('escapes what comes from data, wherever it stands', () => {
    const hostile = '<script>alert("1")</script>';
    const rows = [{ name: hostile }];
    const page = reportPage({
      title: hostile,
      subtitle: hostile,
      summary: [hostile],
      facts: [[hostile, hostile]],
      sections: [
        {
          heading: hostile,
          body: html`${table([{ heading: hostile, cell: ({ name }) => name }], rows)}
          ${lineChart({ label: hostile, xKind: 'number', lines: [] })}`,
        },
      ],
    });
    expect(page).not.toContain('<script');
    expect(page).not.toContain('"1"');
    expect(page.match(/&lt;script&gt;/g)?.length).toBe(10);
  });

  it('asks nothing of the network', () => {
    const page = reportPage({ title: 't', subtitle: 's', summary: [], facts: [], sections: [] });
    expect(page).toMatch(/^<!doctype html>/);
    expect(page).not.toMatch(/https?:|<script|<link|@import|url\(/);
  });
});

describe('a table', () => {
  it('breaks names where their words end', () => {
    const columns = [
      { heading: 'feature', cell: (name: string) => name },
      { heading: 'value', cell: () => '0.5 (0.4 to 0.6)', isNumber: true },
    ];
    const made = table(columns, ['checkout/expected_log', '_<b>']).text;
    expect(made).toContain('checkout/<wbr />expected_<wbr />log</td>');
    expect(made).toContain('_&lt;b&gt;</td>');
    expect(made).toContain('0.5 <span class="beside">(0.4 to 0.6)</span></td>');
  });
});

describe('charts', () => {
  it('put ticks on round numbers', () => {
    expect(ticksOf([0, 1], 5)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
    expect(ticksOf([-3, 11], 3)).toEqual([0, 5, 10]);
    expect(ticksOf([2, 2], 3)).toEqual([2]);
  });

  it('leave a gap where a figure is missing', () => {
    const points = [1, null, 3, 4].map((y, x) => ({ x, y }));
    const lines = [{ name: 'n', colour: 'one', points } as const];
    const drawn = lineChart({ label: 'l', xKind: 'number', lines }).text;
    expect(drawn).toMatch(/class="line one" d="M[^"]*M[^"]*L[^"]*"/);
    expect(drawn).not.toContain('NaN');
  });

  it('stay small and free of NaN, whatever the numbers', () => {
    const odd = histogramChart({ edges: [5, 5], reference: [1], current: [0] }, 'constant').text;
    expect(odd).not.toContain('NaN');
    const one = lineChart({
      label: 'one point',
      xKind: 'time',
      lines: [{ name: 'n', colour: 'two', points: [{ x: 0, y: 1, low: 0, high: 2 }] }],
    }).text;
    expect(one).not.toContain('NaN');
  });

  it('say so where no figure is known, and draw past those that are none', () => {
    const chartOf = (...ys: readonly number[]): string => {
      const points = ys.map((y, x) => ({ x, y, low: y, high: y }));
      const lines = [{ name: 'n', colour: 'one', points } as const];
      const key = [['one', 'what it is']] as const;
      return lineChart({ label: 'Loss', xKind: 'number', lines, key }).text;
    };
    expect(chartOf(NaN, NaN)).toBe('<p class="soft">Loss: no figure is known yet.</p>');
    const gapped = chartOf(1, NaN, 2, 3);
    expect(gapped).not.toContain('NaN');
    expect(gapped).toContain('what it is');
  });

  it('are drawn anew for narrow screens, not squeezed', () => {
    const points = [1, 2].map((y, x) => ({ x, y }));
    const lines = [{ name: 'n', colour: 'one', points } as const];
    const drawn = lineChart({ label: 'l', xKind: 'number', lines, height: 400 }).text;
    expect(drawn.match(/viewBox="[^"]*"/g)).toEqual([
      'viewBox="0 0 640 400"',
      'viewBox="0 0 340 272"',
    ]);
  });

  it('name each day once on an axis of time', () => {
    const namesOver = (days: number): string[] => {
      const points = [0, days].map((day) => ({ x: day * 86_400_000, y: 1 }));
      const lines = [{ name: 'n', colour: 'one', points } as const];
      const [wide = ''] = lineChart({ label: 'l', xKind: 'time', lines }).text.split('narrow');
      return [...wide.matchAll(/"middle">([^<]*)</g)].map(([, name = '']) => name);
    };
    expect(namesOver(4)).toEqual(['01-01', '01-02', '01-03', '01-04', '01-05']);
    expect(namesOver(2)).toEqual([
      '01-01',
      '06:00',
      '12:00',
      '18:00',
      '01-02',
      '06:00',
      '12:00',
      '18:00',
      '01-03',
    ]);
  });

  it('cut off no name of an axis', () => {
    const points = [0, 4].map((day) => ({ x: day * 86_400_000, y: 3_000_000 * (day + 1) }));
    const lines = [{ name: 'n', colour: 'one', points } as const];
    const [wide = ''] = lineChart({ label: 'l', xKind: 'time', lines }).text.split('narrow');
    const texts = [...wide.matchAll(/x="([\d.]+)" y="[\d.]+" text-anchor="(\w+)" ?>([^<]*)</g)];
    expect(texts.map(([, , , name]) => name)).toEqual(
      expect.arrayContaining(['10,000,000', '01-05']),
    );
    for (const [, x, anchor, name = ''] of texts) {
      const width = 6 * name.length;
      const left = Number(x) - (anchor === 'end' ? width : width / 2);
      expect([name, left >= 0, left + width <= 640]).toEqual([name, true, true]);
    }
  });

  it('name categories and colours', () => {
    const shares = [{ name: '<b>', reference: 0.25, current: 0.5 }];
    expect(categoryChart(shares, 'c').text).toContain('&lt;b&gt;: 25.0 → 50.0 %');
    expect(mark('drifted', 'bad').text).toBe('<span class="mark bad">drifted</span>');
    expect(bar(2, 'bad').text).toContain('width:100.0%');
    expect(legend([['two', 'current']]).text).toContain('var(--two)');
    expect([count(1234.4), percent(0.1234), percent(null)]).toEqual(['1,234', '12.3%', '–']);
  });

  it('write figures short', () => {
    expect([figure(0), figure(1 / 3), figure(1e-7), figure(null)]).toEqual([
      '0',
      '0.3333',
      '1.00e-7',
      '–',
    ]);
    expect([pValue(0.0312), pValue(1e-9), pValue(2.5e-5)]).toEqual([
      '0.031',
      '< 0.000001',
      '0.000025',
    ]);
  });
});
