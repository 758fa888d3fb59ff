import { Column, Entity, PrimaryColumn } from 'typeorm';

import type { Journey } from '../../core/journeys/journey.js';

/** A journey's definition as of one version; `effectiveFrom` is null for the first. */
@Entity('journey_version')
export class JourneyVersionRow {
  @PrimaryColumn('text') readonly key!: string;
  @PrimaryColumn('int') readonly version!: number;
  @Column('jsonb') readonly definition!: Journey;
  @Column('timestamptz', { name: 'effective_from', nullable: true })
  readonly effectiveFrom!: Date | null;
  @Column('timestamptz', { name: 'known_at' }) readonly knownAt!: Date;
}
