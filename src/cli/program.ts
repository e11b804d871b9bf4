import { Command } from 'commander';
import { version } from '../../package.json';
import { registerCheck } from './check.js';
import { registerInspect } from './inspect.js';
import { registerRules } from './rules.js';
import { registerSimulate } from './simulate.js';

const AFTER_HELP = `
Examples:
  pod-iam check .
  pod-iam simulate --trust-policy role.json --namespace payments --service-account api
  pod-iam inspect --context orders-prod --verify payments/api
  pod-iam rules trust-wildcard-subject

Exit codes:
  0  nothing at or above --fail-on; allowed
  1  something; denied or unknown
  2  wrong usage
  3  something could not be read or reached`;

/** All commands with their options. */
export function createProgram(): Command {
  const program = new Command('pod-iam')
    .description('Which AWS identity will this pod get, and is that right?')
    .version(version)
    .showHelpAfterError('(--help shows what there is)')
    .addHelpText('after', AFTER_HELP)
    .exitOverride();
  registerCheck(program);
  registerSimulate(program);
  registerInspect(program);
  registerRules(program);
  for (const command of program.commands) command.exitOverride();
  return program;
}
