import { Command, CommanderError } from 'commander';
import { version } from '../../package.json';
import { registerCheck } from './check.js';
import { EXIT, UsageError } from './exit.js';
import { registerInspect } from './inspect.js';
import { registerRules } from './rules.js';
import { registerSimulate } from './simulate.js';

async function main(argv: readonly string[]): Promise<void> {
  const program = new Command('pod-iam')
    .description('Which AWS identity will this pod get, and is that right?')
    .version(version)
    .showHelpAfterError('(--help shows what there is)')
    .exitOverride();
  registerCheck(program);
  registerSimulate(program);
  registerInspect(program);
  registerRules(program);
  for (const command of program.commands) command.exitOverride();
  try {
    await program.parseAsync([...argv]);
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
