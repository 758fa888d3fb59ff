import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { lockHolder, takeLock } from '../../src/app/lock.js';
import { processIdentity } from '../../src/app/process-identity.js';

describe('takeLock', () => {
  let folder: string;
  let path: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lock-'));
    path = join(folder, 'throughline.lock');
  });
  afterEach(() => rm(folder, { recursive: true }));

  const write = (holder: Record<string, unknown>): Promise<void> =>
    writeFile(
      path,
      JSON.stringify({
        pid: process.pid,
        identity: processIdentity(process.pid),
        host: hostname(),
        token: 'theirs',
        since: '2026-01-01T00:00:00.000Z',
        ...holder,
      }),
    );
  const deadPid = (): number => spawnSync(process.execPath, ['-e', '']).pid;

  it('is held once, and says who holds it and where it listens', async () => {
    const lock = await takeLock(path);
    await expect(takeLock(path)).rejects.toMatchObject({
      code: 'locked',
      message: expect.stringMatching(`process ${process.pid} .*; it is still starting`),
    });
    await lock.announce('http://127.0.0.1:3000');
    await expect(takeLock(path)).rejects.toThrow('it listens on http://127.0.0.1:3000');
    expect(await lockHolder(path)).toMatchObject({ pid: process.pid });
    await lock.release();
    expect(await lockHolder(path)).toBeUndefined();
    await (await takeLock(path)).release();
    expect(await readdir(folder)).toEqual([]);
  });

  it('waits for a live holder as long as it is told to', async () => {
    const first = await takeLock(path);
    const second = takeLock(path, 5_000);
    await first.release();
    await (await second).release();
  });

  it('takes over from a dead process', async () => {
    await write({ pid: deadPid() });
    expect(await lockHolder(path)).toBeUndefined();
    await (await takeLock(path)).release();
  });

  const onLinux = process.platform === 'linux' ? it : it.skip;
  onLinux('takes over from an earlier process that had the same pid', async () => {
    await write({ identity: '1' });
    await (await takeLock(path)).release();
  });

  it('gives a dead holder’s lock to exactly one of many', async () => {
    await write({ pid: deadPid() });
    const takers = await Promise.allSettled(Array.from({ length: 20 }, () => takeLock(path)));
    const won = takers.filter(({ status }) => status === 'fulfilled');
    expect(won).toHaveLength(1);
    expect(await readdir(folder)).toEqual(['throughline.lock']);
  });

  it('believes another machine’s heartbeat, and takes over when it has fallen silent', async () => {
    await write({ host: 'elsewhere', pid: deadPid() });
    expect(await lockHolder(path)).toMatchObject({ host: 'elsewhere' });
    const longAgo = new Date(Date.now() - 60_000);
    await utimes(path, longAgo, longAgo);
    await (await takeLock(path)).release();
  });

  it('leaves a lock alone that is no longer its own', async () => {
    const lock = await takeLock(path);
    await write({});
    await lock.release();
    expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({ token: 'theirs' });
  });

  it('refuses a file that is no lock', async () => {
    await writeFile(path, 'not JSON');
    await expect(takeLock(path)).rejects.toMatchObject({ code: 'lock-unreadable' });
    expect((await stat(path)).size).toBe(8);
  });
});

describe('processIdentity', () => {
  it('is steady for a live process and absent for a dead one', () => {
    expect(processIdentity(process.pid)).toBe(processIdentity(process.pid));
    expect(processIdentity(process.pid)).toBeDefined();
    expect(processIdentity(spawnSync(process.execPath, ['-e', '']).pid)).toBeUndefined();
  });
});
