import { matchGlob } from '../iam/globs.js';
import { display } from '../syntax/text.js';
import { literal } from '../syntax/tree.js';
import { defineRule } from './rule.js';
import { roleWith } from './support/permissionExamples.js';

// `secretsmanager:BatchGetSecretValue` knows no other resource than `*`, and reads only what `GetSecretValue` allows.
const READING: readonly string[] = [
  'secretsmanager:GetSecretValue',
  'ssm:GetParameter',
  'ssm:GetParameters',
  'ssm:GetParametersByPath',
  'ssm:GetParameterHistory',
  'kms:Decrypt',
];

export const policyUnscopedSecrets = defineRule({
  id: 'policy-unscoped-secrets',
  severity: 'warning',
  scope: 'workspace',
  fix: 'none',
  docs: {
    summary: "A workload's role reads its own secrets, not every one of the account.",
    why: 'Secrets, parameters and keys are what an intruder looks for first. With every resource allowed, one pod gives away those of all.',
    bad: { 'template.json': roleWith({ Effect: 'Allow', Action: 'secretsmanager:GetSecretValue', Resource: '*' }) },
    good: {
      'template.json': roleWith({
        Effect: 'Allow',
        Action: 'secretsmanager:GetSecretValue',
        Resource: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:shop/cart-*',
      }),
    },
    links: [
      'https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_examples.html',
      'https://docs.aws.amazon.com/kms/latest/developerguide/iam-policies-best-practices.html',
    ],
  },
  check(facts, report, workspace) {
    for (const policy of facts.permissionPolicies) {
      if (!workspace.judges(policy)) continue;
      for (const { effect, actions, resources, hasCondition } of policy.statements) {
        // A condition (`kms:ViaService`, tags) narrows it in another way.
        if (effect !== 'Allow' || hasCondition || !resources.some((resource) => literal(resource) === '*')) continue;
        for (const action of actions) {
          // A service's whole is said by `policy-wildcard-action`.
          if (/^(?:\*+|[^:]*:\*+)$/.test(action.raw)) continue;
          if (!READING.some((each) => matchGlob(action.text, [each], { ignoreCase: true }) === 'yes')) continue;
          report({
            at: action,
            message: `'${display(action.text)}' on every resource ('*') lets the pods read all of the account's ${kindOf(action.raw)}; name those that they need.`,
          });
        }
      }
    }
  },
});

function kindOf(action: string): string {
  const service = action.slice(0, action.indexOf(':')).toLowerCase();
  return service === 'ssm' ? 'parameters' : service === 'kms' ? 'encrypted data' : 'secrets';
}
