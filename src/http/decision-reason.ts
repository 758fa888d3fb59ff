import { text } from '../wire/labels.js';

/** Why somebody decided something: blanks alone are no reason, and an empty one is refused as too short. */
export const decisionReason = text.refine((reason) => reason === '' || reason.trim() !== '', {
  message: 'is blank',
  params: { code: 'blank' },
});
