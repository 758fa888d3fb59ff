// Runs every benchmark of this folder but those with a script of their own, or those that are named,
// with options:
//   npm run bench [-- NAME… [--OPTION …]]
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const folder = import.meta.dirname;
const apart = new Set(['all', 'quality', 'world', 'estimation']);
const known = readdirSync(folder)
  .filter((file) => file.endsWith('.js'))
  .map((file) => file.slice(0, -'.js'.length))
  .filter((name) => !apart.has(name));
const args = process.argv.slice(2);
const firstOption = args.findIndex((arg) => arg.startsWith('--'));
const names = firstOption === -1 ? args : args.slice(0, firstOption);
const options = args.slice(names.length);
const unknown = names.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  process.stderr.write(`no benchmark ${unknown.join(', ')}; there are ${known.join(', ')}\n`);
  process.exit(2);
}
for (const name of names.length > 0 ? names : known) {
  process.stdout.write(`== ${name}\n`);
  const { status } = spawnSync(process.execPath, [join(folder, `${name}.js`), ...options], {
    stdio: 'inherit',
  });
  if (status !== 0) process.exitCode = 1;
}
