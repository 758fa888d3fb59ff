import { Column, Entity, PrimaryColumn } from 'typeorm';

import type { ModelCard } from '../../core/registry/model-card.js';

/** A model in the registry; its weights are files in the model store. */
@Entity('model')
export class ModelRow {
  @PrimaryColumn('text') readonly version!: string;
  @Column('text') readonly learner!: string;
  @Column('text') readonly evidence!: 'model' | 'prior';
  @Column('text') readonly state!: 'champion' | 'challenger' | 'retired' | 'rejected';
  @Column('jsonb') readonly card!: ModelCard;
  @Column('timestamptz', { name: 'created_at' }) readonly createdAt!: Date;
}
