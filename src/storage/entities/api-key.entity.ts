import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

/** An API key: only its hash is kept. */
@Entity('api_key')
export class ApiKeyRow {
  @PrimaryGeneratedColumn('uuid') readonly id!: string;
  @Column('text') readonly name!: string;
  @Column('bytea') readonly hash!: Buffer;
  @Column('text', { array: true }) readonly scopes!: string[];
  @Column('timestamptz', { name: 'created_at' }) readonly createdAt!: Date;
  @Column('timestamptz', { name: 'revoked_at', nullable: true }) readonly revokedAt!: Date | null;
}
