import type { LeadTime } from '../core/monitoring/performance-curves.js';
import type { PerformanceReport } from '../core/monitoring/performance-report.js';
import { SECOND } from '../core/telemetry/time.js';
import { writeDuration, writeTimes } from './instant.js';

function inSeconds({ p10, median, p90 }: LeadTime['toEnd']): LeadTime['toEnd'] {
  return { p10: p10 / SECOND, median: median / SECOND, p90: p90 / SECOND };
}

function writeLead({ failures, toEnd, toOnset }: LeadTime): object {
  return { failures, secondsToEnd: inSeconds(toEnd), secondsToOnset: inSeconds(toOnset) };
}

/** The performance report as the wire has it: what was measured in seconds, what was set as a duration. */
export function writePerformance(report: PerformanceReport): Record<string, unknown> {
  const { leadTime, labelDelay, ...rest } = report;
  return {
    ...writeTimes(rest),
    leadTime: leadTime && writeLead(leadTime),
    labelDelay: labelDelay.map((point) => ({ ...point, within: writeDuration(point.within) })),
  };
}
