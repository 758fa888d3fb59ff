// Executes the JavaScript notebooks from top to bottom, each in a fresh process, and writes what
// their cells printed and answered back into them. With --check the files stay as they are.
//
//   node scripts/run-notebooks.js [--check] [notebook.ipynb ...]
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import ts from 'typescript';

const script = fileURLToPath(import.meta.url);
const home = path.resolve(path.dirname(script), '..', 'notebooks');

/** Lines that keep their ends, as the notebook format wants them. */
const lines = (text) => text.match(/[^\n]*\n|[^\n]+$/g) ?? [];

function refuseSyntaxErrors(source, number) {
  const { diagnostics } = ts.transpileModule(source, {
    fileName: 'cell.js',
    reportDiagnostics: true,
    compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ESNext },
  });
  const [first] = diagnostics;
  if (first === undefined) return;
  throw new SyntaxError(
    `code cell ${number}: ${ts.flattenDiagnosticMessageText(first.messageText, '\n')}`,
  );
}

/** A cell's code, telling the kernel where it begins and what its last expression gives. */
function instrument(source, number) {
  refuseSyntaxErrors(source, number);
  const file = ts.createSourceFile('cell.js', source, ts.ScriptTarget.ESNext, true);
  const last = file.statements.at(-1);
  const begin = `kernel.begin(${number});\n`;
  if (last === undefined || !ts.isExpressionStatement(last)) return `${begin}${source}\n`;
  const before = source.slice(0, last.getStart());
  return `${begin}${before}kernel.answer((${last.expression.getText()}));\n`;
}

/** Collects what the running cell prints and answers, in the notebook format. */
class Kernel {
  cell = null;
  number = 0;

  constructor(cells) {
    this.cells = cells;
    for (const name of ['stdout', 'stderr']) {
      process[name].write = (chunk) => {
        this.print(name, String(chunk));
        return true;
      };
    }
  }

  begin(number) {
    this.number = number;
    this.cell = this.cells[number - 1];
    this.cell.execution_count = number;
    this.cell.outputs = [];
  }

  print(name, text) {
    const outputs = this.cell?.outputs ?? [];
    const last = outputs.at(-1);
    if (last?.name === name) last.text = lines(last.text.join('') + text);
    else outputs.push({ name, output_type: 'stream', text: lines(text) });
  }

  answer(value) {
    if (value === undefined) return;
    this.cell.outputs.push({
      data: { 'text/plain': lines(inspect(value, { depth: 4 })) },
      execution_count: this.number,
      metadata: {},
      output_type: 'execute_result',
    });
  }
}

/** All cells as one module beside the notebook: one scope, imports and top-level await. */
async function execute(file, cells) {
  const module = path.join(path.dirname(file), `.${path.basename(file)}.${process.pid}.mjs`);
  const code = cells.map((cell, i) => instrument(cell.source.join(''), i + 1));
  const { stdout, stderr } = process;
  const writes = [stdout.write, stderr.write];
  const kernel = new Kernel(cells);
  globalThis.notebookKernel = kernel;
  writeFileSync(module, ['const kernel = globalThis.notebookKernel;\n', ...code].join('\n'));
  try {
    await import(pathToFileURL(module).href);
  } catch (error) {
    throw new Error(`code cell ${kernel.number} failed`, { cause: error });
  } finally {
    rmSync(module);
    [stdout.write, stderr.write] = writes;
  }
}

async function runNotebook(file, check) {
  const notebook = JSON.parse(readFileSync(file, 'utf8'));
  const cells = notebook.cells.filter((cell) => cell.cell_type === 'code');
  process.chdir(path.dirname(file));
  try {
    await execute(file, cells);
  } catch (error) {
    console.error(`${path.basename(file)}: ${inspect(error)}`);
    process.exit(1);
  }
  if (!check) writeFileSync(file, `${JSON.stringify(notebook, null, 1)}\n`);
  console.log(`${path.basename(file)}: ${cells.length} cells ran`);
  // A library may keep the process alive; the notebook has been read to its end.
  process.exit(0);
}

function runAll(files, flags) {
  const failed = files.filter((file) => {
    const { status } = spawnSync(process.execPath, [script, ...flags, '--one', file], {
      stdio: 'inherit',
    });
    return status !== 0;
  });
  if (files.length === 0) console.error('no notebooks found');
  process.exitCode = failed.length > 0 || files.length === 0 ? 1 : 0;
}

const args = process.argv.slice(2);
const check = args.includes('--check');
const named = args.filter((arg) => !arg.startsWith('--')).map((file) => path.resolve(file));
if (args.includes('--one')) await runNotebook(named[0], check);
else {
  const found = readdirSync(home).filter((name) => name.endsWith('.ipynb'));
  const files = named.length > 0 ? named : found.sort().map((name) => path.join(home, name));
  runAll(files, check ? ['--check'] : []);
}
