import { expect, it } from '@jest/globals';

import { fileNameIn } from '../../src/dashboard/file-name.js';

it('is what the API says, if it is a name', () => {
  expect(fileNameIn('attachment; filename="throughline-monitor.tf.json"')).toBe(
    'throughline-monitor.tf.json',
  );
  expect(fileNameIn('attachment; filename="../etc/x"')).toBeNull();
  expect(fileNameIn(null)).toBeNull();
});
