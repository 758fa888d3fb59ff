import { z } from 'zod';

import { CHANGE_KINDS } from '../core/telemetry/change.js';
import { instant } from './instant.js';
import { key, labels, text } from './labels.js';
import { after } from './received.js';

/** The change body of the contract. */
export const changeBody = z
  .strictObject({
    id: key,
    kind: z.enum(CHANGE_KINDS),
    title: text,
    labels: labels.default({}),
    occurredAt: instant,
    endedAt: instant.optional(),
    receivedAt: instant.optional(),
  })
  .check(after('occurredAt', 'endedAt'))
  .meta({ id: 'Change' });
