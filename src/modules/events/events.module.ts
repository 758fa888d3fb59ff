import { Module } from '@nestjs/common';

import { EventsController } from './events.controller.js';
import { EventsService } from './events.service.js';
import { Projecting } from './projecting.js';

@Module({ controllers: [EventsController], providers: [EventsService, Projecting] })
export class EventsModule {}
