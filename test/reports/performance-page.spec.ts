import { describe, expect, it } from '@jest/globals';

import type { JudgedAnswer } from '../../src/core/monitoring/performance-answer.js';
import { performanceReport } from '../../src/core/monitoring/performance-report.js';
import { HOUR } from '../../src/core/telemetry/time.js';
import { performancePage } from '../../src/reports/performance-page.js';
import { performanceAnswer } from '../../src/wire/performance-answer.js';
import { writePerformance } from '../../src/wire/performance.js';
import { anAnswer, history, START } from '../builders/judged-answers.js';

async function reportOf(answers: readonly JudgedAnswer[]): ReturnType<typeof performanceReport> {
  const length = Math.max(1, answers.length) * HOUR;
  const stretch = { from: START, to: START + length, asOf: START + length + 9 * HOUR };
  return await performanceReport({ answers, ...stretch, chunk: length / 4 });
}

/** Of what was said to be likely four fifths are handled unseen. */
const biased = history(1200, (chance, random) => random() < (chance > 0.5 ? 0.2 : 1));

describe('the page of the performance report', () => {
  it('draws both ROC curves with their areas, the classes over each other, and the bands', async () => {
    const report = await reportOf(biased);
    const page = performancePage(report);
    expect(page).toMatch(/naive: ROC-AUC 0\.\d{3} \(0\.\d{3} to 0\.\d{3}\)/);
    expect(page).toMatch(/weighted: ROC-AUC 0\.\d{3}/);
    expect(page).toMatch(/aria-label="ROC curve">.*?class="line two" d="M.*?class="line one" d="M/);
    const classes = /aria-label="Distribution of the probabilities by class">.*?<\/svg>/.exec(page);
    expect(classes?.[0].match(/class="area (one|two)" d="M/g)).toHaveLength(2);
    const [first] = report.bands;
    expect(page).toContain(`<td class="name">P1</td><td class="n">${first?.answers ?? 0}</td>`);
    expect(page).not.toMatch(/NaN|undefined|https?:|<script|<link|@import|url\(/);
    expect(page.length).toBeLessThan(100_000);
  });

  it('draws one curve where every label counts alike', async () => {
    const page = performancePage(await reportOf(history(200, () => true)));
    expect(page).toContain('naive and weighted: ROC-AUC');
  });

  it('says what cannot be drawn yet', async () => {
    const none = performancePage(await reportOf([]));
    expect(none).toContain('ROC curve: no figure is known yet.');
    expect(none).toContain('Distribution of the probabilities by class: no label is known yet.');
    const held = performancePage(await reportOf([0, 1, 2].map((id) => anAnswer(id))));
    expect(held).toContain('ROC curve: no figure is known yet.');
    expect(held).toContain('did not fail (3)');
    expect(none + held).not.toMatch(/NaN|undefined/);
  });
});

describe('the performance report as JSON', () => {
  it('is as openapi.json declares it, with nothing left out', async () => {
    for (const answers of [biased, biased.slice(0, 4), []]) {
      const json: unknown = JSON.parse(JSON.stringify(writePerformance(await reportOf(answers))));
      expect(performanceAnswer.parse(json)).toEqual(json);
    }
  });
});
