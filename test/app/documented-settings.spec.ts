import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';

const root = new URL('../../', import.meta.url);
const namesIn = async (file: string, pattern: RegExp): Promise<string[]> => {
  const text = await readFile(new URL(file, root), 'utf8');
  return [...text.matchAll(pattern)].map(([, name]) => name ?? '').sort();
};

describe('settings', () => {
  it('are all in .env.example, and passed by compose unless they are the container’s own', async () => {
    const read = await namesIn('src/app/config.ts', /^ {2}([A-Z_]+): /gm);
    expect(read.length).toBeGreaterThan(8);
    expect(await namesIn('.env.example', /^([A-Z_]+)=/gm)).toEqual(read);
    const own = new Set(['HOST', 'PORT', 'THROUGHLINE_DATA_DIR', 'THROUGHLINE_URL']);
    const passed = await namesIn('compose.yaml', /^ {6}([A-Z_]+): \$\{\1:-/gm);
    expect(passed).toEqual(read.filter((name) => !own.has(name)));
  });
});
