import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { generateScenario } from './generateScenario.js';
import type { Scenario } from './scenarioTypes.js';
import { type DemoServers, startDemo } from './startDemo.js';

const usage = `Usage: node dist/demo.js [--dir DIR] [--json] [--size ACCOUNTS,PODS,ASSOCIATIONS,ROLES,NAMESPACES]

Starts the demo cluster: a Kubernetes API and the AWS services it needs, on 127.0.0.1, until it is interrupted.
  --dir DIR   where to write the kubeconfig (default: a new temporary folder)
  --json      say where it is as one line of JSON: {"kubeconfig": …, "env": {…}}
  --size …    a generated cluster of that size, as in 10000,50000,5000,800,200 (default: orders-prod)
`;

function sizedScenario(text: string): Scenario {
  const numbers = text.split(',').map(Number);
  if (numbers.length !== 5 || numbers.some(Number.isNaN)) {
    throw new Error(`--size takes five numbers, not '${text}'`);
  }
  const [serviceAccounts = 0, pods = 0, associations = 0, roles = 0, namespaces = 0] = numbers;
  return generateScenario({ serviceAccounts, pods, associations, roles, namespaces });
}

function explain(servers: DemoServers): string {
  const exports = Object.entries({ KUBECONFIG: servers.kubeconfig, ...servers.env })
    .map(([name, value]) => `  export ${name}=${value}`)
    .join('\n');
  const { cluster, serviceAccounts } = servers.scenario;
  return `${cluster.name} is up: ${serviceAccounts.length} service accounts.

  kubeconfig  ${servers.kubeconfig}
  Kubernetes  ${servers.kubernetesUrl}
  AWS         ${servers.awsUrl}

In another terminal (the keys are good for this server only):
${exports}

Then, for example:
  kubectl get serviceaccounts -A
  pod-iam inspect

Interrupt to stop.
`;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      dir: { type: 'string' },
      size: { type: 'string' },
      json: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) {
    process.stdout.write(usage);
    return;
  }
  const directory = values.dir ? resolve(values.dir) : await mkdtemp(join(tmpdir(), 'pod-iam-demo-'));
  const servers = await startDemo({ directory, ...(values.size ? { scenario: sizedScenario(values.size) } : {}) });
  const stop = (): void => {
    void servers.close();
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  // Last, so that whoever reads this may end it at once.
  const { kubeconfig, env } = servers;
  process.stdout.write(values.json ? `${JSON.stringify({ kubeconfig, env })}\n` : explain(servers));
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
  process.exitCode = 2;
});
