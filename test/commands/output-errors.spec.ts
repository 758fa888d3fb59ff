import { EventEmitter } from 'node:events';

import { expect, it } from '@jest/globals';

import { onOutputError } from '../../src/commands/output-errors.js';

const failure = (code: string): Error => Object.assign(new Error(`${code}: no`), { code });

it('a reader that leaves is no fault, a full disk is told once', () => {
  const [out, err] = [new EventEmitter(), new EventEmitter()];
  const told: string[] = [];
  onOutputError([out, err], (line) => told.push(line));
  out.emit('error', failure('EPIPE'));
  expect(told).toEqual([]);
  out.emit('error', failure('ENOSPC'));
  err.emit('error', failure('ENOSPC'));
  expect(told).toEqual(['error: the answer cannot be written: ENOSPC: no\n']);
});
