import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

/** Who changed what, before and after, and why. */
@Entity('audit')
export class AuditRow {
  @PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'ALWAYS' })
  readonly id!: string;
  @Column('timestamptz') readonly at!: Date;
  @Column('text') readonly who!: string;
  @Column('text') readonly action!: string;
  @Column('text') readonly subject!: string;
  @Column('jsonb', { nullable: true }) readonly before!: object | null;
  @Column('jsonb', { nullable: true }) readonly after!: object | null;
  @Column('text', { nullable: true }) readonly reason!: string | null;
}
