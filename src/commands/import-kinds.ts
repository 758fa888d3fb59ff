/** What a field holds; `any` is a property, whose type is read from its text. */
export type FieldType = 'text' | 'number' | 'boolean' | 'time' | 'json' | 'any';

/** A body of the contract that files can hold, and the endpoint that takes it. */
export interface ImportKind {
  readonly path: string;
  /** Most bodies that one request takes. */
  readonly batch: number;
  /** By field; `labels.*` is any member of the object `labels`. */
  readonly fields: Readonly<Record<string, FieldType>>;
}

/** The kinds of body, in the order in which records of one moment are told. */
export const KIND_NAMES = [
  'journeys',
  'changes',
  'events',
  'stage-metrics',
  'incidents',
  'anomalies',
  'outcomes',
  'retrospectives',
] as const;

export type KindName = (typeof KIND_NAMES)[number];

/** Every kind of body by its name on the command line. */
export const KINDS: Readonly<Record<KindName, ImportKind>> = {
  journeys: {
    path: '/v1/journeys',
    batch: 1,
    fields: {
      key: 'text',
      name: 'text',
      owner: 'text',
      window: 'text',
      valuePerConversion: 'number',
      currency: 'text',
      order: 'text',
      assumptions: 'json',
      segments: 'json',
      stages: 'json',
      receivedAt: 'time',
    },
  },
  changes: {
    path: '/v1/changes',
    batch: 500,
    fields: {
      id: 'text',
      kind: 'text',
      title: 'text',
      labels: 'json',
      'labels.*': 'text',
      occurredAt: 'time',
      endedAt: 'time',
      receivedAt: 'time',
    },
  },
  events: {
    path: '/v1/events',
    batch: 10_000,
    fields: {
      id: 'text',
      source: 'text',
      actor: 'text',
      event: 'text',
      occurredAt: 'time',
      sentAt: 'time',
      segment: 'text',
      properties: 'json',
      'properties.*': 'any',
      satisfaction: 'json',
      'satisfaction.scale': 'text',
      'satisfaction.score': 'number',
      receivedAt: 'time',
    },
  },
  'stage-metrics': {
    path: '/v1/stage-metrics',
    batch: 500,
    fields: {
      journey: 'text',
      stage: 'text',
      segment: 'text',
      bucketStart: 'time',
      bucket: 'text',
      entered: 'number',
      converted: 'number',
      medianSecondsToConvert: 'number',
      satisfaction: 'number',
      receivedAt: 'time',
    },
  },
  incidents: {
    path: '/v1/incidents',
    batch: 500,
    fields: {
      id: 'text',
      title: 'text',
      severity: 'text',
      anomalyIds: 'json',
      detectedAt: 'time',
      acknowledgedAt: 'time',
      mitigatedAt: 'time',
      resolvedAt: 'time',
      receivedAt: 'time',
    },
  },
  anomalies: {
    path: '/v1/anomalies',
    batch: 500,
    fields: {
      id: 'text',
      source: 'text',
      name: 'text',
      fingerprint: 'text',
      metric: 'text',
      value: 'number',
      peakValue: 'number',
      threshold: 'number',
      comparison: 'text',
      severity: 'text',
      score: 'number',
      confidence: 'number',
      labels: 'json',
      'labels.*': 'text',
      annotations: 'json',
      'annotations.*': 'text',
      segment: 'text',
      startedAt: 'time',
      endedAt: 'time',
      receivedAt: 'time',
    },
  },
  outcomes: {
    path: '/v1/outcomes',
    batch: 500,
    fields: {
      id: 'text',
      anomalyId: 'text',
      journey: 'text',
      stage: 'text',
      segment: 'text',
      failure: 'boolean',
      failureProbability: 'number',
      failureId: 'text',
      verdict: 'text',
      conversionsLost: 'number',
      interval: 'json',
      mitigation: 'text',
      source: 'text',
      author: 'text',
      startedAt: 'time',
      endedAt: 'time',
      supersedes: 'text',
      receivedAt: 'time',
    },
  },
  retrospectives: {
    path: '/v1/retrospectives',
    batch: 500,
    fields: {
      id: 'text',
      incidentId: 'text',
      author: 'text',
      heldAt: 'time',
      outcomes: 'json',
      missed: 'json',
      factors: 'json',
      thresholdVerdicts: 'json',
      runbookVerdict: 'text',
      actions: 'json',
      receivedAt: 'time',
    },
  },
};

/** The object that a field lies in and its name there: `labels.service` is in `labels`. */
export function splitField(field: string): readonly [head: string, rest: string | undefined] {
  const dot = field.indexOf('.');
  return dot < 0 ? [field, undefined] : [field.slice(0, dot), field.slice(dot + 1)];
}

/** What a field of a kind holds, or undefined where the kind has no such field. */
export function fieldType(kind: ImportKind, field: string): FieldType | undefined {
  const [head, rest] = splitField(field);
  const name = Object.hasOwn(kind.fields, field) ? field : `${head}.*`;
  if (rest === '') return undefined;
  return Object.hasOwn(kind.fields, name) && (rest !== undefined || name === field)
    ? kind.fields[name]
    : undefined;
}
