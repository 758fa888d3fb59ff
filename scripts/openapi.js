// Writes openapi.json, made of the controllers; CI fails where it differs from what is committed.
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { writeFile } from 'node:fs/promises';
import 'reflect-metadata';

import { apiDocument } from '../dist/app/api-document.js';
import { ApiModule } from '../dist/app/api.module.js';

// A preview makes no provider, so nothing is connected to.
const options = { preview: true, logger: false, abortOnError: false };
const app = await NestFactory.create(ApiModule.on({}), new FastifyAdapter(), options);
await writeFile('openapi.json', `${JSON.stringify(apiDocument(app), null, 2)}\n`);
await app.close();
