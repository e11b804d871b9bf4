import { replaceString } from '../syntax/edits.js';
import { display } from '../syntax/text.js';
import { defineRule, type Report } from './rule.js';
import { readAction } from './support/actions.js';
import { trustReadings } from './support/reading.js';
import { removeAction } from './support/statementEdits.js';
import { LINKS, podIdentity, trust } from './support/trustExamples.js';
import { fix, together } from './support/wording.js';

export const trustUnknownAction = defineRule({
  id: 'trust-unknown-action',
  severity: 'error',
  scope: 'document',
  fix: 'suggested',
  docs: {
    summary: "A trust policy allows STS's actions for assuming a role, and no others.",
    why: 'IAM refuses the whole policy because of one action that is misspelled or belongs into a permission policy.',
    awsSays: 'MalformedPolicyDocument: AssumeRole policy may only specify STS AssumeRole actions',
    bad: trust(podIdentity({ Action: ['sts:AssumeRole', 'sts:TagSessions'] })),
    good: trust(podIdentity()),
    links: [LINKS.podIdentity, LINKS.irsa],
  },
  check(facts, report) {
    for (const { statements } of trustReadings(facts)) {
      for (const { statement } of statements) {
        const reports = [...statement.actions, ...statement.notActions].flatMap((action): Report[] => {
          const reading = readAction(action.text);
          if (reading.kind !== 'unknown') return [];
          const { meant } = reading;
          const name = display(action.text);
          return [
            {
              at: action,
              message: `'${name}' is no action of a trust policy; ${meant ? `it should be '${meant}'` : "that takes 'sts:AssumeRole', 'sts:AssumeRoleWithWebIdentity' and 'sts:TagSession'"}.`,
              fixes: () => [
                ...(meant && !statement.actions.some(({ raw }) => raw === meant)
                  ? fix(`Replace '${name}' by '${meant}'`, 'suggested', [replaceString(action, meant)])
                  : []),
                ...fix(`Remove '${name}'`, 'suggested', removeAction(statement, action)),
              ],
            },
          ];
        });
        for (const each of together(reports, 'Correct all actions of this statement')) report(each);
      }
    }
  },
});
