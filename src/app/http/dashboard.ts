import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';

import { STYLE } from '../../reports/style.js';

const FOLDER = fileURLToPath(new URL('../../dashboard/', import.meta.url));

const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

/**
 * A report is shown in a frame that inherits this: beside the dashboard's own files it needs the one
 * style that reports share, and each its own places and widths on its elements.
 */
const POLICY = [
  "default-src 'self'",
  "img-src 'self' data:",
  `style-src-elem 'self' 'sha256-${STYLE_HASH}'`,
  "style-src-attr 'unsafe-inline'",
].join('; ');

/** Serves the dashboard's files at the root; it asks the API for everything else. */
export async function serveDashboard(server: FastifyInstance): Promise<void> {
  await server.register(fastifyStatic, {
    root: FOLDER,
    wildcard: false,
    decorateReply: false,
    setHeaders: (reply) => {
      void reply.header('content-security-policy', POLICY);
      void reply.header('x-content-type-options', 'nosniff');
    },
  });
}
