import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('../../dashboard/', import.meta.url));

/** Serves the dashboard's files at the root; it asks the API for everything else. */
export async function serveDashboard(server: FastifyInstance): Promise<void> {
  await server.register(fastifyStatic, {
    root: FOLDER,
    wildcard: false,
    decorateReply: false,
    setHeaders: (reply) => {
      void reply.header('content-security-policy', "default-src 'self'; img-src 'self' data:");
      void reply.header('x-content-type-options', 'nosniff');
    },
  });
}
