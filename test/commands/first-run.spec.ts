import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it } from '@jest/globals';

describe('throughline in a fresh clone', () => {
  it('says what to do where nothing is installed yet', () => {
    const clone = mkdtempSync(join(tmpdir(), 'throughline-clone-'));
    try {
      for (const path of ['bin', 'package.json']) {
        cpSync(path, join(clone, path), { recursive: true });
      }
      const run = spawnSync(process.execPath, [join(clone, 'bin/throughline.js'), '--help'], {
        encoding: 'utf8',
      });
      expect(run.status).toBe(1);
      expect(run.stderr).toContain('run "npm ci" in its folder first');
    } finally {
      rmSync(clone, { recursive: true, force: true });
    }
  });
});
