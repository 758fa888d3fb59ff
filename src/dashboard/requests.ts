import type {
  AnomalyDetail,
  FunnelStep,
  Journey,
  Metrics,
  MissedFailure,
  Outcome,
  QueuePage,
  Story,
} from './answers.js';
import type { KeptReport, ModelCard, Registry, TrainingRun } from './model-answers.js';
import { ask, askWhole } from './api.js';
import type { AuditItem } from './audit-answers.js';
import type { Given } from './decision.js';
import { fileNameIn } from './file-name.js';
import type { SavedFile } from './save-file.js';
import type { Suggestion, SuggestionDetail } from './suggestion-answers.js';

// This is the edge where answers get their types: the service and its dashboard are of one version.

function path(...parts: readonly string[]): string {
  return `/v1/${parts.map(encodeURIComponent).join('/')}`;
}

/** A page of the ranked queue. */
export async function getQueue(query: URLSearchParams): Promise<QueuePage> {
  return (await ask(`${path('anomalies')}?${query}`)) as QueuePage;
}

/** One anomaly with its predictions. */
export async function getAnomaly(id: string): Promise<AnomalyDetail> {
  return (await ask(path('anomalies', id))) as AnomalyDetail;
}

/** The attempts that were under way while an anomaly fired. */
export async function getStories(id: string, limit: number): Promise<readonly Story[]> {
  const answer = await ask(`${path('anomalies', id, 'stories')}?limit=${limit}`);
  return (answer as { items: Story[] }).items;
}

/** The outcomes of an anomaly: current ones first, then the superseded. */
export async function getOutcomes(anomalyId: string): Promise<readonly Outcome[]> {
  const query = new URLSearchParams({ anomalyId });
  return ((await ask(`${path('outcomes')}?${query}`)) as { items: Outcome[] }).items;
}

/** Episodes drawn by lot, those that nobody has told of first. */
export async function getAuditQueue(): Promise<readonly AuditItem[]> {
  return ((await ask(path('outcomes', 'audit-queue'))) as { items: AuditItem[] }).items;
}

/** Says what an episode did to a stage. */
export async function tellOutcome(outcome: object): Promise<void> {
  await ask(path('outcomes'), { body: [outcome] });
}

/** The failures of a journey that no alert told of in a stretch of time, newest first. */
export async function getMissed(
  journey: string,
  stretch: URLSearchParams,
): Promise<readonly MissedFailure[]> {
  const ends = [...stretch].filter(([name]) => name === 'from' || name === 'to');
  const query = new URLSearchParams([['journey', journey], ...ends]);
  return ((await ask(`${path('outcomes', 'missed')}?${query}`)) as { items: MissedFailure[] })
    .items;
}

/** All journeys, in their newest versions. */
export async function getJourneys(): Promise<readonly Journey[]> {
  return ((await ask(path('journeys'))) as { items: Journey[] }).items;
}

/** One journey. */
export async function getJourney(key: string): Promise<Journey> {
  return (await ask(path('journeys', key))) as Journey;
}

/** How many people reached each stage. */
export async function getFunnel(key: string, query: URLSearchParams): Promise<FunnelStep[]> {
  const answer = await ask(`${path('journeys', key, 'funnel')}?${query}`);
  return (answer as { steps: FunnelStep[] }).steps;
}

/** Stage metrics by bucket. */
export async function getMetrics(key: string, query: URLSearchParams): Promise<Metrics> {
  return (await ask(`${path('journeys', key, 'metrics')}?${query}`)) as Metrics;
}

/** The registry. */
export async function getModels(): Promise<Registry> {
  return (await ask(path('models'))) as Registry;
}

/** What must be known about a model before it is trusted. */
export async function getCard(version: string): Promise<ModelCard> {
  return (await ask(path('models', version, 'card'))) as ModelCard;
}

/** Promotes, rejects or rolls back, with the reason. */
export async function decideOnModel(
  parts: readonly string[],
  { reason, once }: Given,
): Promise<void> {
  await ask(path('models', ...parts), { body: { reason }, once });
}

/** Training runs, newest first. */
export async function getTrainingRuns(): Promise<readonly TrainingRun[]> {
  return ((await ask(path('training-runs'))) as { items: TrainingRun[] }).items;
}

/** Starts a training run. */
export async function startTrainingRun(): Promise<TrainingRun> {
  return (await ask(path('training-runs'), { body: {} })) as TrainingRun;
}

/** The drift reports that were kept, newest first. */
export async function getKeptReports(limit: number): Promise<readonly KeptReport[]> {
  const answer = await ask(`${path('reports')}?kind=drift&limit=${limit}`);
  return (answer as { items: KeptReport[] }).items;
}

/** A report, made anew or kept, as a page that is one file. */
export async function getReport(name: string, stretch: URLSearchParams): Promise<string> {
  const query = new URLSearchParams([...stretch, ['format', 'html']]);
  return (await askWhole(`${path('reports', name)}?${query}`)).text;
}

/** Threshold suggestions, newest first. */
export async function getSuggestions(): Promise<readonly Suggestion[]> {
  return ((await ask(path('threshold-suggestions'))) as { items: Suggestion[] }).items;
}

/** One threshold suggestion. */
export async function getSuggestion(id: string): Promise<SuggestionDetail> {
  return (await ask(path('threshold-suggestions', id))) as SuggestionDetail;
}

/** A suggestion for another system. */
export async function getSuggestionExport(id: string, format: string): Promise<SavedFile> {
  const query = new URLSearchParams({ format });
  const asked = `${path('threshold-suggestions', id, 'export')}?${query}`;
  const { headers, text } = await askWhole(asked);
  return { name: fileNameIn(headers.get('content-disposition')) ?? `throughline-${format}`, text };
}

/** Decides on a suggestion; an empty owner is whoever asks. */
export async function decideOnSuggestion(
  id: string,
  decision: string,
  { owner, reason, once }: Given,
): Promise<void> {
  const named = owner.trim() === '' ? {} : { owner: owner.trim() };
  await ask(path('threshold-suggestions', id, decision), { body: { ...named, reason }, once });
}
