import { Injectable } from '@nestjs/common';

import type { Instant } from '../core/telemetry/time.js';

/** The one clock of the service. */
@Injectable()
export class Clock {
  now(): Instant {
    return Date.now();
  }
}
