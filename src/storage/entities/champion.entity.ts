import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

/** Which model answered since when, and who said so: the last row is the champion. */
@Entity('champion')
export class ChampionRow {
  @PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'ALWAYS' })
  readonly id!: string;
  @Column('text') readonly version!: string;
  @Column('timestamptz') readonly since!: Date;
  @Column('text') readonly by!: string;
  @Column('text') readonly reason!: string;
  /** Whether it was returned to, rather than promoted. */
  @Column('boolean', { name: 'is_rollback' }) readonly isRollback!: boolean;
}
