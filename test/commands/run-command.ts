import { jest } from '@jest/globals';
import { Command, CommanderError } from 'commander';

export interface CommandResult {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

/** Runs one command in this process as the command line would, and catches what it prints. */
export async function runCommand(
  register: (program: Command) => void,
  args: readonly string[],
): Promise<CommandResult> {
  let [out, err] = ['', ''];
  let status: number;
  const before = process.exitCode;
  const outSpy = jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += String(text);
    return true;
  });
  const errSpy = jest.spyOn(process.stderr, 'write').mockImplementation((text) => {
    err += String(text);
    return true;
  });
  try {
    const program = new Command().exitOverride();
    register(program);
    for (const command of program.commands) command.exitOverride();
    await program.parseAsync(['node', 'throughline', ...args]);
    status = Number(process.exitCode ?? 0);
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    status = error.exitCode;
  } finally {
    outSpy.mockRestore();
    errSpy.mockRestore();
    process.exitCode = before ?? 0;
  }
  return { status, out, err };
}
