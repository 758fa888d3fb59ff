// What tsc does not build: the dashboard's page and style.
import { cp, mkdir } from 'node:fs/promises';

await mkdir('dist/dashboard', { recursive: true });
await cp('src/dashboard/assets', 'dist/dashboard', { recursive: true });
