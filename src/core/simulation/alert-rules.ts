import type { Comparison, Severity } from '../telemetry/anomaly.js';

/** An alert rule of the shop's monitoring; every service has each of them. */
export interface AlertRule {
  readonly name: string;
  readonly source: string;
  readonly metric: string;
  readonly threshold: number;
  readonly comparison: Comparison;
  /** Decimals that the metric is shown with. */
  readonly decimals: number;
  readonly severity: Severity;
  /** Severities that teams chose for their services: habit and fear, not harm to customers. */
  readonly severities: Readonly<Record<string, Severity>>;
  /** False alarms a day and service. */
  readonly falseAlarms: number;
}

type Figures = Pick<AlertRule, 'metric' | 'threshold' | 'comparison' | 'decimals'>;

const figures = (
  metric: string,
  threshold: number,
  decimals: number,
  comparison: Comparison = '>',
): Figures => ({ metric, threshold, comparison, decimals });

/** The rules by name. */
export const ALERT_RULES = {
  HighErrorRate: {
    name: 'HighErrorRate',
    source: 'prometheus',
    ...figures('error_rate', 0.05, 4),
    severity: 'error',
    severities: {
      recommendations: 'critical',
      search: 'critical',
      'payment-gateway': 'critical',
      inventory: 'warning',
      'fraud-check': 'warning',
      billing: 'warning',
      auth: 'warning',
      mail: 'warning',
    },
    falseAlarms: 0.035,
  },
  HighLatency: {
    name: 'HighLatency',
    source: 'prometheus',
    ...figures('latency_p95_seconds', 1.5, 3),
    severity: 'warning',
    severities: {
      cdn: 'critical',
      search: 'error',
      recommendations: 'error',
      'orders-db': 'error',
    },
    falseAlarms: 0.055,
  },
  InstanceDown: {
    name: 'InstanceDown',
    source: 'prometheus',
    ...figures('up_ratio', 0.75, 3, '<'),
    severity: 'critical',
    severities: { mail: 'warning', 'fraud-check': 'error', billing: 'error', auth: 'error' },
    falseAlarms: 0.02,
  },
  CpuSaturation: {
    name: 'CpuSaturation',
    source: 'prometheus',
    ...figures('cpu_usage', 0.85, 3),
    severity: 'error',
    severities: {
      search: 'critical',
      recommendations: 'critical',
      mail: 'critical',
      cart: 'warning',
    },
    falseAlarms: 0.085,
  },
  MemoryPressure: {
    name: 'MemoryPressure',
    source: 'prometheus',
    ...figures('memory_usage', 0.9, 3),
    severity: 'error',
    severities: { cart: 'warning', inventory: 'warning', billing: 'info' },
    falseAlarms: 0.04,
  },
  DiskSpaceLow: {
    name: 'DiskSpaceLow',
    source: 'prometheus',
    ...figures('disk_free', 0.1, 3, '<'),
    severity: 'critical',
    severities: { search: 'error' },
    falseAlarms: 0.03,
  },
  QueueBacklog: {
    name: 'QueueBacklog',
    source: 'prometheus',
    ...figures('queue_depth', 5000, 0),
    severity: 'error',
    severities: { mail: 'warning', inventory: 'warning' },
    falseAlarms: 0.015,
  },
  PodRestarts: {
    name: 'PodRestarts',
    source: 'prometheus',
    ...figures('restarts', 3, 0, '>='),
    severity: 'warning',
    severities: { 'web-frontend': 'info', recommendations: 'error' },
    falseAlarms: 0.035,
  },
  SyntheticCheckFailed: {
    name: 'SyntheticCheckFailed',
    source: 'synthetic-monitor',
    ...figures('check_failures', 2, 0, '>='),
    severity: 'warning',
    severities: { cdn: 'error' },
    falseAlarms: 0.025,
  },
  TrafficDeviation: {
    name: 'TrafficDeviation',
    source: 'detector',
    ...figures('requests_z', 4, 2),
    severity: 'info',
    severities: {},
    falseAlarms: 0.03,
  },
} as const satisfies Readonly<Record<string, AlertRule>>;

export type RuleName = keyof typeof ALERT_RULES;

/** The rule of that name. */
export function ruleNamed(name: RuleName): AlertRule {
  return ALERT_RULES[name];
}

/** Every rule, in order. */
export const RULE_NAMES = Object.keys(ALERT_RULES) as readonly RuleName[];

/** The severity that a rule has on a service. */
export function severityOn(rule: RuleName, service: string): Severity {
  const { severity, severities } = ruleNamed(rule);
  return severities[service] ?? severity;
}

/** A number as monitoring would show it, still on the firing side of the threshold. */
function shown({ threshold, comparison, decimals }: AlertRule, value: number): number {
  const unit = Math.pow(10, -decimals);
  const rounded = Math.round(value / unit) * unit;
  const firing = comparison === '<' ? threshold - unit : threshold + unit;
  const safe = comparison === '<' ? Math.min(rounded, firing) : Math.max(rounded, firing);
  return Number(safe.toFixed(decimals));
}

const RATIOS: ReadonlySet<string> = new Set(['error_rate', 'cpu_usage', 'memory_usage']);

/** The value of a metric that lies `excess` beyond its threshold (0 at it, 1 far off, no limit). */
export function valueAt(rule: RuleName, excess: number): number {
  const figure = ruleNamed(rule);
  const { threshold, comparison, metric } = figure;
  if (comparison === '<') return shown(figure, threshold * Math.exp(-excess));
  const value = threshold * Math.exp(excess);
  if (!RATIOS.has(metric)) return shown(figure, value);
  // A share never passes 1: the rest up to it is used up by and by.
  return Math.min(1, shown(figure, 1 - (1 - threshold) * Math.exp(-excess / (1 / threshold - 1))));
}
