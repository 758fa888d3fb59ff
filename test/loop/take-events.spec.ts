import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';

import { SECOND } from '../../src/core/telemetry/time.js';
import { takeEvents } from '../../src/loop/take-events.js';
import { openDataSource } from '../../src/storage/data-source.js';
import { SmallWorld, anEvent, day } from './small-world.js';

const SENDERS = 16;
const EVENTS = 5_000;

describe('events that many send at once', () => {
  let world: SmallWorld;
  let source: DataSource;

  beforeAll(async () => {
    world = await SmallWorld.open();
    source = await openDataSource(world.url, SENDERS);
  });
  afterAll(async () => {
    await source.destroy();
    await world.close();
  });

  it('are taken once, in whatever order they come', async () => {
    const events = Array.from({ length: EVENTS }, (_, i) =>
      anEvent({ id: `e${i}`, occurredAt: day(0) + i * SECOND }),
    );
    const turned = events.toReversed();
    const fates = await Promise.all(
      Array.from({ length: SENDERS }, (_, sender) =>
        takeEvents(source, sender % 2 === 0 ? events : turned, day(1)),
      ),
    );
    const all = fates.flat();
    expect(all.filter((fate) => fate === 'fresh')).toHaveLength(EVENTS);
    expect(all.filter((fate) => fate === 'duplicate')).toHaveLength(EVENTS * (SENDERS - 1));
  }, 60_000);
});
