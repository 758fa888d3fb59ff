import { resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parseConfig, serviceUrl } from '../../src/app/config.js';

describe('parseConfig', () => {
  it('has a default for everything', () => {
    expect(parseConfig({})).toEqual({
      port: 3000,
      host: '127.0.0.1',
      dataDir: resolve('data'),
      apiKey: undefined,
      databaseUrl: undefined,
      redisUrl: undefined,
      eventRetention: undefined,
      dropsEvents: false,
      prometheusNetworks: [],
      logLevel: 'info',
      url: 'http://127.0.0.1:3000',
    });
  });

  it('reads every variable', () => {
    const config = parseConfig({
      PORT: '8080',
      HOST: '0.0.0.0',
      THROUGHLINE_DATA_DIR: '/srv/throughline',
      THROUGHLINE_API_KEY: 'key',
      DATABASE_URL: 'postgresql://u:p@db:5432/x',
      REDIS_URL: 'rediss://cache',
      LOG_LEVEL: 'debug',
      THROUGHLINE_EVENT_RETENTION: '400d',
      THROUGHLINE_DROP_EVENTS: 'true',
      THROUGHLINE_PROMETHEUS_NETWORKS: '10.0.0.0/8, ::1',
      THROUGHLINE_URL: 'https://throughline.example/',
    });
    expect(config).toEqual({
      port: 8080,
      host: '0.0.0.0',
      dataDir: '/srv/throughline',
      apiKey: 'key',
      databaseUrl: 'postgresql://u:p@db:5432/x',
      redisUrl: 'rediss://cache',
      eventRetention: 400 * 86_400_000,
      dropsEvents: true,
      prometheusNetworks: ['10.0.0.0/8', '::1'],
      logLevel: 'debug',
      url: 'https://throughline.example',
    });
    expect(Object.isFrozen(config)).toBe(true);
  });

  it('takes an empty variable for one that is not set', () => {
    expect(parseConfig({ PORT: '', REDIS_URL: ' ', DATABASE_URL: '' })).toEqual(parseConfig({}));
  });

  it('names every wrong variable in one error, and repeats no value', () => {
    const wrong = {
      PORT: '70000',
      HOST: 'a b',
      DATABASE_URL: 'mysql://root:hunter2@db',
      REDIS_URL: 'cache:6379',
      LOG_LEVEL: 'loud',
      THROUGHLINE_API_KEY: 'hunter2 with spaces',
      THROUGHLINE_EVENT_RETENTION: '7d',
      THROUGHLINE_DROP_EVENTS: 'perhaps',
      THROUGHLINE_PROMETHEUS_NETWORKS: '10.0.0.0/33',
      THROUGHLINE_URL: 'throughline.example',
    };
    const message = (): string => {
      try {
        parseConfig(wrong);
      } catch (error) {
        return error instanceof Error ? error.message : '';
      }
      return '';
    };
    for (const name of Object.keys(wrong)) expect(message()).toContain(`${name} must be`);
    expect(message()).toContain('one of fatal, error, warn');
    expect(message()).not.toContain('hunter2');
    expect(() => parseConfig(wrong)).toThrow(
      expect.objectContaining({ code: 'invalid-configuration', retriable: false }),
    );
  });

  it.each(['-1', '3.5', '1e3', 'http', '65536'])('refuses the port %s', (port) => {
    expect(() => parseConfig({ PORT: port })).toThrow('PORT must be a port number');
  });

  it('reaches a service on every interface by loopback', () => {
    expect(serviceUrl('0.0.0.0', 80)).toBe('http://127.0.0.1:80');
    expect(serviceUrl('::1', 80)).toBe('http://[::1]:80');
    expect(serviceUrl('api.example', 80)).toBe('http://api.example:80');
  });
});
