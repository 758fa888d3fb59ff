import { Module } from '@nestjs/common';

import { BackfillController } from './backfill.controller.js';

@Module({ controllers: [BackfillController] })
export class BackfillModule {}
