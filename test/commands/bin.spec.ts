import { describe, expect, it } from '@jest/globals';

import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A clone that was never compiled: its compiler writes a program that tells its arguments. */
function freshClone(): string {
  const folder = mkdtempSync(join(tmpdir(), 'throughline-clone-'));
  cpSync('bin', join(folder, 'bin'), { recursive: true });
  const program = 'console.log(process.argv.slice(2).join())';
  writeFileSync(
    join(folder, 'build.js'),
    `import { mkdirSync, writeFileSync } from 'node:fs';
     mkdirSync('dist');
     writeFileSync('dist/cli.js', ${JSON.stringify(program)});`,
  );
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ type: 'module', scripts: { build: 'node build.js' } }),
  );
  return folder;
}

describe('the command in a fresh clone', () => {
  it('compiles the program once, and keeps standard output for the answer', () => {
    const clone = freshClone();
    try {
      const ask = (): string =>
        execFileSync(process.execPath, [join(clone, 'bin/throughline.js'), 'demo', '--json'], {
          encoding: 'utf8',
          stdio: ['ignore', 'pipe', 'ignore'],
        });
      expect([ask(), ask()]).toEqual(['demo,--json\n', 'demo,--json\n']);
    } finally {
      rmSync(clone, { recursive: true });
    }
  });
});
