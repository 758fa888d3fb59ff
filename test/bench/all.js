// Runs every benchmark of this folder but the quality one, or those that are named:
//   npm run bench [-- NAME…]
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const folder = import.meta.dirname;
const apart = new Set(['all', 'quality']);
const known = readdirSync(folder)
  .filter((file) => file.endsWith('.js'))
  .map((file) => file.slice(0, -'.js'.length))
  .filter((name) => !apart.has(name));
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  process.stderr.write(`no benchmark ${unknown.join(', ')}; there are ${known.join(', ')}\n`);
  process.exit(2);
}
for (const name of wanted.length > 0 ? wanted : known) {
  process.stdout.write(`== ${name}\n`);
  const { status } = spawnSync(process.execPath, [join(folder, `${name}.js`)], {
    stdio: 'inherit',
  });
  if (status !== 0) process.exitCode = 1;
}
