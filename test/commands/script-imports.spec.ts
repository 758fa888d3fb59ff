import { fileURLToPath } from 'node:url';

import { describe, expect, it } from '@jest/globals';
import ts from 'typescript';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** No such module, or nothing of that name in it. */
const NOT_THERE = new Set([2305, 2307, 2614, 2724]);

/** What the scripts of these folders import and nothing offers. */
function brokenImports(files: readonly string[]): string[] {
  const program = ts.createProgram(files, {
    allowJs: true,
    checkJs: true,
    noEmit: true,
    strict: false,
    skipLibCheck: true,
    module: ts.ModuleKind.NodeNext,
    target: ts.ScriptTarget.ES2023,
    types: ['node'],
  });
  return files.flatMap((file) =>
    program
      .getSemanticDiagnostics(program.getSourceFile(file))
      .filter(({ code }) => NOT_THERE.has(code))
      .map(({ messageText }) => `${file}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`),
  );
}

describe('benches and scripts', () => {
  it('import what the build has', () => {
    const files = ['../bench', '../../scripts'].flatMap((folder) =>
      ts.sys.readDirectory(here(folder), ['.js']),
    );
    expect(files.length).toBeGreaterThan(20);
    expect(brokenImports(files)).toEqual([]);
  });
});
