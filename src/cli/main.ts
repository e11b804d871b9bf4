import { CommanderError } from 'commander';
import { EXIT, UsageError } from './exit.js';
import { createProgram } from './program.js';

async function main(argv: readonly string[]): Promise<void> {
  try {
    await createProgram().parseAsync([...argv]);
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? EXIT.fine : EXIT.usage;
    } else if (error instanceof UsageError) {
      process.stderr.write(`pod-iam: ${error.message}\n`);
      process.exitCode = EXIT.usage;
    } else {
      process.stderr.write(`pod-iam: ${error instanceof Error ? error.message : String(error)}\n`);
      process.exitCode = EXIT.unreachable;
    }
  }
}

// A reader that went away (`| head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

void main(process.argv);
