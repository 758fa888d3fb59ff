import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';

import type { Comparison } from '../core/telemetry/anomaly.js';
import { COMPARISONS } from '../core/telemetry/anomaly.js';
import type { Duration } from '../core/telemetry/time.js';
import { MINUTE, parseDuration } from '../core/telemetry/time.js';
import { atLeastZero, finite, positive, share, wholeNumber } from './flag-values.js';

/** What `throughline threshold` is asked. */
export interface ThresholdFlags {
  readonly series: string;
  readonly value: string;
  readonly time: string;
  readonly failures: string;
  readonly current?: number;
  readonly expr?: string;
  readonly comparison: Comparison;
  readonly for: Duration;
  readonly keepFiringFor: Duration;
  readonly recovery?: number;
  readonly groupGap: Duration;
  readonly interval?: Duration;
  readonly staleness?: Duration;
  readonly lead: Duration;
  readonly detect: Duration;
  readonly costPage: number;
  readonly costMiss: number;
  readonly maxPages?: number;
  readonly alpha?: number;
  readonly confidence: number;
  readonly floor?: number;
  readonly maxStep?: number;
  readonly seed: number;
  readonly json?: boolean;
}

function duration(text: string): Duration {
  const length = parseDuration(text);
  if (length !== null) return length;
  throw new InvalidArgumentError('It must be a duration such as 90s, 30m or 14d.');
}

function positiveDuration(text: string): Duration {
  const length = duration(text);
  if (length > 0) return length;
  throw new InvalidArgumentError('It must be longer than nothing.');
}

/** Declares the files and the rule. */
function ruleFlags(command: Command): Command {
  return command
    .requiredOption(
      '--series <file>',
      'CSV (plain or .gz) or Parquet: the metric, one sample a row',
    )
    .requiredOption('--value <column>', 'what the rule compares; empty is no sample')
    .requiredOption('--time <column>', 'when: ISO 8601 (UTC without a zone), or epoch s or ms')
    .requiredOption(
      '--failures <file>',
      'columns startedAt, endedAt and, where known, valueLost, id',
    )
    .option('--current <threshold>', 'the threshold in use', finite)
    .option('--expr <promql>', 'the alert expression: comparison and current threshold are its own')
    .addOption(
      new Option('--comparison <sign>', 'how the rule compares').choices(COMPARISONS).default('>'),
    )
    .option('--for <duration>', 'it must hold so long before it pages', duration, 0)
    .option('--keep-firing-for <duration>', 'it fires on so long', duration, 0)
    .option('--recovery <value>', 'once firing, it fires on until past this', finite)
    .option('--group-gap <duration>', 'firing again so soon is no new page', duration, 0)
    .option('--interval <duration>', 'evaluates at fixed steps, not at samples', positiveDuration)
    .option(
      '--staleness <duration>',
      'how long a sample counts (5m, or 3 usual steps)',
      positiveDuration,
    );
}

const halfAnHour = (flags: string, description: string): Option =>
  new Option(flags, description).argParser(duration).default(30 * MINUTE, '30m');

/** Declares every flag of `throughline threshold`. */
export function thresholdFlags(command: Command): Command {
  return ruleFlags(command)
    .addOption(halfAnHour('--lead <duration>', 'a page so long before the onset counts'))
    .addOption(halfAnHour('--detect <duration>', 'and so long after it'))
    .option('--cost-page <cost>', 'of one page', atLeastZero, 1)
    .option('--cost-miss <cost>', 'of a failure without valueLost', atLeastZero, 20)
    .option('--max-pages <number>', 'at most so many pages a week', positive)
    .option('--alpha <share>', 'miss at most this share of failures, proved', share)
    .option('--confidence <share>', 'of the proof', share, 0.9)
    .option('--floor <value>', 'no threshold more sensitive than this', finite)
    .option('--max-step <share>', 'move the current one by this share of it at most', positive)
    .option('--seed <number>', 'of the draws behind the interval', wholeNumber, 0)
    .option('--json', 'answer as JSON');
}
