import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { serviceKey } from '../../src/app/api-key.js';
import { type Config, parseConfig } from '../../src/app/config.js';

describe('serviceKey', () => {
  let folder: string;
  const config = (more: NodeJS.ProcessEnv = {}): Config =>
    parseConfig({ THROUGHLINE_DATA_DIR: join(folder, 'data'), ...more });
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'key-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('is made once, kept for its owner alone, and new only the first time', async () => {
    const first = await serviceKey(config());
    expect(first).toMatchObject({ isNew: true, key: expect.stringMatching(/^tl_[\w-]{43}$/) });
    expect((await stat(join(folder, 'data', 'api-key'))).mode & 0o777).toBe(0o600);
    expect(await serviceKey(config())).toEqual({ ...first, isNew: false });
  });

  it('makes another where a killed start left an empty file', async () => {
    const { file } = await serviceKey(config());
    await writeFile(file ?? '', '');
    expect(await serviceKey(config())).toMatchObject({ isNew: true });
  });

  it('is the environment’s where there is one', async () => {
    const given = await serviceKey(config({ THROUGHLINE_API_KEY: 'mine' }));
    expect(given).toEqual({ key: 'mine', file: undefined, isNew: false });
  });
});
