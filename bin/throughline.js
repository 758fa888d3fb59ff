#!/usr/bin/env node
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

// A fresh clone is not compiled yet.
if (!existsSync(new URL('../dist/cli.js', import.meta.url))) {
  process.stderr.write('compiling, once …\n');
  const { status } = spawnSync('npm', ['run', 'build', '--silent'], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    stdio: ['ignore', process.stderr, process.stderr],
    shell: process.platform === 'win32',
  });
  if (status !== 0) {
    process.stderr.write(
      'throughline: it could not be compiled; run "npm ci" in its folder first\n',
    );
    process.exit(1);
  }
}
await import('../dist/cli.js');
