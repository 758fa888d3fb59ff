import { existsSync, readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { z } from 'zod';
import { DomainError } from './core/errors/domain-error.js';
import { Problem } from './core/errors/problem.js';
import { onOutputError } from './commands/output-errors.js';
import { COMMANDS } from './commands/table.js';

const manifest = z.object({ version: z.string(), description: z.string() });

/** Only the wanted command's module is loaded: the others bring tensors, databases and servers. */
async function program(args: readonly string[]): Promise<Command> {
  const file = new URL('../package.json', import.meta.url);
  const { version, description } = manifest.parse(JSON.parse(readFileSync(file, 'utf8')));
  const root = new Command('throughline').version(version).description(description).exitOverride();
  // `help evaluate` wants the command that it explains.
  const wanted = args.filter((arg) => !arg.startsWith('-')).slice(0, 2);
  const used = wanted[0] === 'help' ? wanted[1] : wanted[0];
  for (const { name, description: summary, load } of COMMANDS) {
    if (name === used) (await load())(root);
    else root.command(name).description(summary);
  }
  return root;
}

/** 0: done, 1: it failed, 2: it was asked wrongly. */
function exitCode(error: unknown): number {
  if (!(error instanceof CommanderError)) return 1;
  // A command's own refusal says its code; commander's refusals of arguments all say 1.
  if (error.exitCode === 0 || error.code === 'commander.error') return error.exitCode;
  return 2;
}

/** What is expected is one line; a bug shows its stack when asked to. */
function explain(error: unknown): string {
  const isExpected = error instanceof DomainError || error instanceof Problem;
  const wantsStack = process.env['LOG_LEVEL'] === 'debug' || process.env['LOG_LEVEL'] === 'trace';
  if (!(error instanceof Error)) return String(error);
  if (!isExpected && wantsStack) return error.stack ?? error.message;
  return `error: ${error.message}`;
}

onOutputError([process.stdout, process.stderr], (line) => {
  process.stderr.write(line);
  // A command may yet set another status.
  process.once('exit', () => {
    process.exitCode = 1;
  });
});
try {
  // What the environment says wins over the file.
  if (existsSync('.env')) process.loadEnvFile('.env');
  const args = process.argv.slice(2);
  await (await program(args)).parseAsync(args, { from: 'user' });
} catch (error) {
  // Commander has printed its own errors.
  if (!(error instanceof CommanderError)) process.stderr.write(`${explain(error)}\n`);
  process.exitCode = exitCode(error);
}
