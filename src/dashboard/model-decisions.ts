import type { Model } from './model-answers.js';
import type { Decision } from './decision.js';
import { decisionButtons } from './decision.js';
import { decideOnModel } from './requests.js';

/** A decision that is posted below `/v1/models`. */
function decision(name: string, meaning: string, ...parts: readonly string[]): Decision {
  return { name, meaning, take: (given) => decideOnModel(parts, given) };
}

/** Makes the champion before the present one answer again. */
export function rollbackButton(to: string, onDecided: () => void): HTMLElement {
  const meaning = `Version ${to} answers again from the next alert on.`;
  return decisionButtons([decision('Roll back', meaning, 'rollback')], onDecided);
}

/** What may be decided about a model that does not answer. */
export function modelDecisions({ version, state }: Model, onDecided: () => void): HTMLElement {
  const promoted = `Version ${version} answers from the next alert on, whatever the gate said.`;
  const rejected = `Version ${version} scores no more, not even silently.`;
  const decisions = [
    ...(state === 'champion' ? [] : [decision('Promote', promoted, version, 'promote')]),
    ...(state === 'challenger' ? [decision('Reject', rejected, version, 'reject')] : []),
  ];
  return decisionButtons(decisions, onDecided);
}
