import { createHash } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { FastifyInstance } from 'fastify';
import { fastify } from 'fastify';

import { reportPage } from '../../src/reports/page.js';

// @fastify/static requires this ES module for downloads, which we have none of; Jest on Node 20 cannot.
jest.mock('content-disposition', () => ({ create: () => 'attachment' }));
const { serveDashboard } = await import('../../src/app/http/dashboard.js');

describe('the policy of the dashboard', () => {
  let server: FastifyInstance;
  let policy: Map<string, readonly string[]>;

  beforeAll(async () => {
    server = fastify();
    await serveDashboard(server);
    const url = await server.listen({ port: 0, host: '127.0.0.1' });
    const { headers } = await fetch(`${url}/assets/index.html`);
    const directives = String(headers.get('content-security-policy')).split('; ');
    policy = new Map(
      directives.map((directive) => {
        const [name = '', ...sources] = directive.split(' ');
        return [name, sources];
      }),
    );
  });
  afterAll(() => server.close());

  it('lets no script run but the files of the dashboard', () => {
    expect(policy.get('default-src')).toEqual(["'self'"]);
    expect([...policy.keys()].filter((name) => name.startsWith('script'))).toEqual([]);
  });

  it('lets the style of a report be, and no other that stands in a page', () => {
    const page = reportPage({ title: 't', subtitle: 's', summary: [], facts: [], sections: [] });
    const styles = [...page.matchAll(/<style>([^<]*)<\/style>/g)].map(([, text = '']) => text);
    const hashes = styles.map((text) => createHash('sha256').update(text).digest('base64'));
    expect(hashes).toHaveLength(1);
    expect(policy.get('style-src-elem')).toEqual(["'self'", `'sha256-${String(hashes[0])}'`]);
  });

  it('lets the elements of a report have places and widths of their own', () => {
    expect(policy.get('style-src-attr')).toEqual(["'unsafe-inline'"]);
  });
});
