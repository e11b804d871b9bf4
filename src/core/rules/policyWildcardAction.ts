import { literal, type StringNode } from '../syntax/tree.js';
import { defineRule } from './rule.js';
import { roleWith } from './support/permissionExamples.js';

export const policyWildcardAction = defineRule({
  id: 'policy-wildcard-action',
  severity: 'warning',
  scope: 'workspace',
  fix: 'none',
  docs: {
    summary: "A workload's role allows the actions that it needs, on the resources that it needs.",
    why: "'Action: *' or 'service:*' on every resource gives each pod of the workload all that the service, or the whole account, has.",
    bad: { 'template.json': roleWith({ Effect: 'Allow', Action: 's3:*', Resource: '*' }) },
    good: {
      'template.json': roleWith({ Effect: 'Allow', Action: ['s3:GetObject'], Resource: 'arn:aws:s3:::shop-cart/*' }),
    },
    links: ['https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege'],
  },
  check(facts, report, workspace) {
    for (const policy of facts.permissionPolicies) {
      if (!workspace.judges(policy)) continue;
      for (const { effect, actions, resources } of policy.statements) {
        if (effect !== 'Allow' || !resources.some((resource) => literal(resource) === '*')) continue;
        for (const action of actions) {
          if (!isWildcard(action)) continue;
          const known = literal(action)!;
          const what = /^\*+(?::\*+)?$/.test(known)
            ? 'everything in the account'
            : `everything of '${known.slice(0, known.indexOf(':'))}'`;
          report({
            at: action,
            message: `'${known}' on every resource ('*') allows the pods ${what}; name the actions and resources that they need.`,
          });
        }
      }
    }
  },
});

function isWildcard(action: StringNode): boolean {
  const known = literal(action);
  return known !== undefined && /^(?:\*+|[a-z0-9-]+:\*+|\*+:\*+)$/i.test(known);
}
