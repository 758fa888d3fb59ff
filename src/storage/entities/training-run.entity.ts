import { Column, Entity, PrimaryColumn } from 'typeorm';

export type TrainingState =
  'queued' | 'running' | 'promoted' | 'kept' | 'insufficient-data' | 'failed';

/** One training run, from its request to the gate's verdict. */
@Entity('training_run')
export class TrainingRunRow {
  @PrimaryColumn('uuid') readonly id!: string;
  @Column('text') readonly state!: TrainingState;
  @Column('double precision') readonly progress!: number;
  @Column('timestamptz', { name: 'as_of', nullable: true }) readonly asOf!: Date | null;
  @Column('text', { nullable: true }) readonly model!: string | null;
  @Column('jsonb', { nullable: true }) readonly gate!: object | null;
  @Column('text', { nullable: true }) readonly reason!: string | null;
  @Column('text', { name: 'requested_by' }) readonly requestedBy!: string;
  @Column('timestamptz', { name: 'created_at' }) readonly createdAt!: Date;
  @Column('timestamptz', { name: 'finished_at', nullable: true })
  readonly finishedAt!: Date | null;
}
