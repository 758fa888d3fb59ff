import { SingleBar } from 'cli-progress';
import type { Command } from 'commander';

import { DomainError } from '../core/errors/domain-error.js';
import { baseRateLearner } from '../core/training/base-rate.js';
import type { Learner } from '../core/training/classifier.js';
import { evaluate, evaluationSteps } from '../core/training/evaluation.js';
import type { NoneJudged } from '../core/training/evaluation.js';
import { gradientBoostingLearner } from '../core/training/gradient-boosting.js';
import type { InsufficientData } from '../core/training/ladder.js';
import { logisticRegressionLearner } from '../core/training/logistic-regression.js';
import { neuralLearner } from '../tensorflow/neural-learner.js';
import { evaluationJson, evaluationText, shownName, shownStep } from './evaluation-report.js';
import { evaluationSets } from './evaluation-sets.js';
import { listOption, positive, share, wholeNumber } from './flag-values.js';
import { readTable } from './read-table.js';

/**
 * The ladder by the names of `--learner`, lowest rung first: a new way to learn is one more line.
 * On a table that knows no anomalies the prior is the base rate.
 */
const LADDER: ReadonlyMap<string, Learner> = new Map([
  ['prior', baseRateLearner],
  ['logistic', logisticRegressionLearner],
  ['trees', gradientBoostingLearner],
  ['neural', neuralLearner()],
]);

/** Seconds that the fits of one table may take together unless `--budget` says otherwise. */
const BUDGET = 60;

interface EvaluateFlags {
  readonly data: string;
  readonly label: string;
  readonly positive?: string;
  readonly split?: string;
  readonly time?: string;
  readonly group?: string;
  readonly categorical: string[];
  readonly drop: string[];
  readonly testFraction: number;
  readonly seed: number;
  readonly learner: string;
  readonly budget: number;
  readonly json?: boolean;
}

/** Registers `evaluate`: the learning core on any table. Exits 0 evaluated, 1 too little data, 2 wrong input. */
export function registerEvaluate(program: Command): void {
  program
    .command('evaluate')
    .description('judge the learning core on any table with a label')
    .requiredOption('--data <file>', 'CSV (plain or .gz) or Parquet')
    .requiredOption('--label <column>', 'what to predict; positive is 1, true or yes')
    .option('--positive <value>', 'the positive class, where it is another word')
    .option('--split <column>', 'holds train or test, row by row')
    .option('--time <column>', 'the last rows test; numbers or ISO 8601')
    .option('--group <column>', 'rows of one group stay on one side')
    .addOption(listOption('--categorical <columns>', 'read as categories whatever they hold: A,B'))
    .addOption(listOption('--drop <columns>', 'leave out: A,B'))
    .option('--test-fraction <share>', 'share of rows that tests', share, 0.3)
    .option('--seed <number>', 'of every random choice', wholeNumber, 0)
    .option('--learner <name>', `auto, ${[...LADDER.keys()].join(', ')}`, 'auto')
    .option('--budget <seconds>', 'for all fits together', positive, BUDGET)
    .option('--json', 'answer as JSON')
    .action(run);
}

async function run(flags: EvaluateFlags): Promise<void> {
  try {
    await answer(flags);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    process.stderr.write(`throughline evaluate: ${error.message}\n`);
    process.exitCode = 2;
  }
}

async function answer(flags: EvaluateFlags): Promise<void> {
  const learners = learnersNamed(flags.learner);
  const sets = evaluationSets(await readTable(flags.data), flags);
  const progress = progressBar(evaluationSteps(learners, sets.training));
  const evaluation = await evaluate(sets.training, sets.test, {
    learners,
    seed: flags.seed,
    limit: { now: () => performance.now(), milliseconds: 1000 * flags.budget },
    onStep: progress.step,
  }).finally(progress.stop);
  if (evaluation.kind !== 'evaluated') {
    const among = `insufficient data among the ${sets.training.labels.length} rows that train`;
    process.stderr.write(`throughline evaluate: ${among}: ${shortage(evaluation)}\n`);
    process.exitCode = 1;
    return;
  }
  const text = flags.json
    ? `${JSON.stringify(evaluationJson(sets, evaluation), null, 2)}\n`
    : evaluationText(sets, evaluation);
  process.stdout.write(text);
}

function shortage(answer: InsufficientData | NoneJudged): string {
  if (answer.kind === 'insufficient-data') return answer.reason;
  const left = answer.leftOut.map(({ learner, reason }) => `${shownName(learner)} (${reason})`);
  return `left out: ${left.join(', ')}.`;
}

function learnersNamed(name: string): Learner[] {
  if (name === 'auto') return [...LADDER.values()];
  const learner = LADDER.get(name) ?? [...LADDER.values()].find((one) => one.name === name);
  if (learner !== undefined) return [learner];
  const known = ['auto', ...LADDER.keys()].join(', ');
  throw new DomainError('unknown-learner', `There is no learner "${name}"; there are ${known}.`);
}

/** Shown on a terminal alone, so that logs and pipes stay clean. */
function progressBar(steps: number): { step: (name: string) => void; stop: () => void } {
  if (!process.stderr.isTTY) return { step: () => undefined, stop: () => undefined };
  const bar = new SingleBar({ format: '{bar} {value}/{total} {step}', clearOnComplete: true });
  bar.start(steps, 0, { step: '' });
  let done = 0;
  const step = (name: string): void => {
    bar.update(done, { step: shownStep(name) });
    done += 1;
  };
  return {
    step,
    stop: () => {
      bar.stop();
    },
  };
}
