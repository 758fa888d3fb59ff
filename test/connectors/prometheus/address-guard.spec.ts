import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import type { Resolver } from '../../../src/connectors/prometheus/address-guard.js';
import { AddressGuard, isNetwork } from '../../../src/connectors/prometheus/address-guard.js';
import { askServer, serverAddress } from '../../../src/connectors/prometheus/ask-server.js';

/** A DNS in which the one name has these addresses. */
const dns = (...addresses: readonly string[]): Resolver => {
  const found = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  return (_name, _options, callback) => {
    callback(null, found);
  };
};

describe("a server's address", () => {
  const guard = new AddressGuard();

  it('is http or https, without credentials, in any network', () => {
    for (const text of ['https://prometheus:9090/base', 'http://10.1.2.3:9090', 'http://[::1]']) {
      expect(serverAddress(text, guard).href).toContain(text);
    }
    for (const text of ['file:///etc/passwd', 'ftp://x', 'prometheus:9090', 'http://u:p@x', '']) {
      expect(() => serverAddress(text, guard)).toThrow('address');
    }
  });

  it.each([
    'http://169.254.169.254/latest',
    'http://0xa9fea9fe',
    'http://[::ffff:169.254.169.254]',
    'http://[64:ff9b::a9fe:a9fe]',
    'http://[fe80::1]:9090',
    'http://[fd00:ec2::254]',
    'http://100.100.100.200',
    'http://0.0.0.0:9090',
    'http://224.0.0.1',
  ])('%s is nowhere that a Prometheus could be', (text) => {
    expect(() => serverAddress(text, guard)).toThrow(expect.objectContaining({ code: 'bad-url' }));
  });

  it('lies in the networks that are given, where some are', () => {
    const strict = new AddressGuard(['10.0.0.0/8', '2001:db8::/32', '127.0.0.1']);
    for (const host of ['10.200.0.1', '[2001:db8::7]', '127.0.0.1', '[::ffff:10.0.0.1]']) {
      expect(serverAddress(`http://${host}`, strict).hostname).not.toBe('');
    }
    for (const host of ['11.0.0.1', '[2001:db9::7]', '127.0.0.2', '[::ffff:11.0.0.1]']) {
      expect(() => serverAddress(`http://${host}`, strict)).toThrow('outside the networks');
    }
  });

  it.each([
    ['10.0.0.0/8', true],
    ['::1', true],
    ['10.0.0.0/33', false],
    ['10.0.0/8', false],
    ['prometheus', false],
    ['', false],
  ])('%j is a network: %s', (text, is) => {
    expect(isNetwork(text)).toBe(is);
  });
});

describe('a name', () => {
  const server = createServer((_request, response) => {
    response.end('{"data":"here"}');
  });
  let url = new URL('http://prometheus.example');
  beforeAll(async () => {
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    url = new URL(`http://prometheus.example:${(server.address() as AddressInfo).port}`);
  });
  afterAll(() => {
    server.close();
  });
  const asked = async (guard: AddressGuard): Promise<unknown> =>
    await askServer(url, 'api', {}, { guard }).catch((error: unknown) => error);

  it('is resolved when it is connected to, and only to what may be asked', async () => {
    expect(await asked(new AddressGuard([], dns('127.0.0.1')))).toBe('here');
    expect(await asked(new AddressGuard([], dns('169.254.169.254', '127.0.0.1')))).toBe('here');
    expect(await asked(new AddressGuard(['127.0.0.0/8'], dns('::1', '127.0.0.1')))).toBe('here');
  });

  it('is refused where it is link-local, however often it changes', async () => {
    const refused = { code: 'bad-url', message: expect.stringContaining('metadata') };
    expect(await asked(new AddressGuard([], dns('169.254.169.254')))).toMatchObject(refused);
    let times = 0;
    const rebinding: Resolver = (...asking) => {
      times += 1;
      dns(times === 1 ? '127.0.0.1' : '169.254.169.254')(...asking);
    };
    const guard = new AddressGuard([], rebinding);
    expect(await asked(guard)).toBe('here');
    expect(await asked(guard)).toMatchObject(refused);
  });

  it('is refused outside the networks that are given, and where there is none of it', async () => {
    const strict = new AddressGuard(['10.0.0.0/8'], dns('127.0.0.1'));
    expect(await asked(strict)).toMatchObject({ code: 'bad-url' });
    expect(await asked(new AddressGuard([], dns()))).toMatchObject({ code: 'bad-url' });
    const unknown: Resolver = (_name, _options, callback) => {
      callback(new Error('ENOTFOUND'), []);
    };
    expect(await asked(new AddressGuard([], unknown))).toMatchObject({
      code: 'server-unreachable',
      retriable: true,
    });
  });
});
