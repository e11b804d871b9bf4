import { nearestWords } from '../iam/distance.js';
import { OPERATOR_NAMES, parseOperator } from '../iam/operators.js';
import { POD_IDENTITY, POD_IDENTITY_ACTIONS, WEB_IDENTITY_ACTION } from '../iam/principals.js';
import { addProperty, type Edit, removeProperty, renameKey, replaceString } from '../syntax/edits.js';
import { display, literalOf, onlyHole } from '../syntax/text.js';
import { type ObjectNode, type Property, property, type StringNode } from '../syntax/tree.js';
import type { Workspace } from '../workspace/workspace.js';
import { defineRule, type Fix, type Report } from './rule.js';
import { memberOf } from './support/annotationEdits.js';
import { providerArnFor } from './support/issuers.js';
import {
  type PolicyReading,
  type StatementReading,
  spanOfProperty,
  standsFor,
  trustReadings,
} from './support/reading.js';
import { irsa, LINKS, podIdentity, trust } from './support/trustExamples.js';
import { fix, together } from './support/wording.js';

export const trustProhibitedElement = defineRule({
  id: 'trust-prohibited-element',
  severity: 'error',
  scope: 'document',
  fix: 'safe',
  docs: {
    summary: "A trust policy's statement has Effect, Principal, Action and Condition, and no Resource.",
    why: 'The resource of a trust policy is the role that it belongs to. IAM refuses a policy with other elements, with a misspelled one, or without one that it needs; NotPrincipal with Allow lets in everybody else.',
    awsSays: 'MalformedPolicyDocument: Has prohibited field Resource',
    bad: trust(podIdentity({ Resource: '*' })),
    good: trust(podIdentity(), irsa()),
    links: [LINKS.grammar, LINKS.principal],
  },
  check(facts, report, workspace) {
    for (const policy of trustReadings(facts)) {
      for (const element of policy.policy.unknownElements) {
        report(unknown(policy.policy.node, element, ['Version', 'Id', 'Statement'], 'trust policy'));
      }
      for (const reading of policy.statements) {
        for (const each of together(judge(policy, reading, workspace), 'Correct all elements of this statement'))
          report(each);
      }
    }
  },
});

const ELEMENTS = ['Sid', 'Effect', 'Principal', 'NotPrincipal', 'Action', 'NotAction', 'Condition'];
const BLOCK_ELEMENTS = ['sid', 'effect', 'principals', 'not_principals', 'actions', 'not_actions', 'condition'];

function judge(policy: PolicyReading, reading: StatementReading, workspace: Workspace): Report[] {
  const { statement } = reading;
  const { node } = statement;
  const names = statement.grammar === 'terraform-block' ? BLOCK_ELEMENTS : ELEMENTS;
  const found: Report[] = [
    ...statement.resourceElements.filter(isGiven).map((element): Report => {
      const name = display(element.key.text);
      return {
        at: spanOfProperty(element),
        message: `'${name}' has no place in a trust policy: it is always about the role itself. Remove it.`,
        fixes: () => fix(`Remove '${name}'`, 'safe', [removeProperty(node, element)]),
      };
    }),
    ...statement.unknownElements.map((element) => unknown(node, element, names, 'statement')),
    ...notPrincipal(reading),
    ...principalTypes(reading),
    ...effects(reading),
    ...operators(reading),
  ];
  // What is there under another name is not missing.
  const hidden = (name: string) =>
    statement.unknownElements.some((element) => nearElement(element, [name]) !== undefined);
  const unreadable =
    node.open === true || node.properties.some(({ key }) => key.raw === '<<' || literalOf(key.text) === undefined);
  // A module writes its statement itself: it has actions and principals that no element says.
  const byModule = !statement.actionElement && statement.actions.length > 0;
  if (unreadable || byModule) return found;
  if (!statement.principalElement && statement.principals.length === 0 && !hidden('Principal') && !hidden('principals'))
    found.push(noPrincipal(policy, reading, workspace));
  const element = statement.principalElement;
  if (
    element &&
    'key' in element &&
    element.value?.kind === 'object' &&
    !element.value.open &&
    element.value.properties.length === 0
  )
    found.push({
      at: spanOfProperty(element),
      message: `'${element.key.raw}' is empty; a trust policy names whom it trusts.`,
    });
  const actionless =
    statement.actionElement?.value?.kind === 'array' &&
    statement.actionElement.value.items.length === 0 &&
    !statement.actionElement.value.open;
  if (
    (!statement.actionElement && !statement.notActionElement && !hidden('Action') && !hidden('actions')) ||
    actionless
  )
    found.push(noAction(reading));
  return found;
}

/** Terraform leaves an argument out whose value is null, and a reference may be that. */
function isGiven({ value }: Property): boolean {
  return !(value?.kind === 'string' && value.style === 'expression' && onlyHole(value.text));
}

// ── names of elements ──────────────────────────────────────────────────────────────────────────────────────────────────

function unknown(holder: ObjectNode, element: Property, names: readonly string[], what: string): Report {
  const name = display(element.key.text);
  const meant = nearElement(element, names);
  return {
    at: element.key,
    message: `'${name}' is no element of a ${what}${meant ? `; it should be '${meant}'` : ''}.`,
    fixes: () => [
      ...(meant && !property(holder, meant)
        ? fix(`Rename '${name}' to '${meant}'`, 'suggested', [renameKey(element, meant)])
        : []),
      ...fix(`Remove '${name}'`, 'suggested', [removeProperty(holder, element)]),
    ],
  };
}

function nearElement({ key }: Property, names: readonly string[]): string | undefined {
  const word = key.raw.toLowerCase();
  return (
    names.find(
      (name) =>
        name.toLowerCase() === word ||
        `${name.toLowerCase()}s` === word ||
        name.toLowerCase().replaceAll('_', '') === word,
    ) ?? names.find((name) => nearestWords(word, [name.toLowerCase()], 2).length > 0)
  );
}

function* notPrincipal({ statement, allows }: StatementReading): Generator<Report> {
  const element = property(statement.node, statement.grammar === 'terraform-block' ? 'not_principals' : 'NotPrincipal');
  if (!element || !allows) return;
  const name = element.key.raw;
  const right = name === 'NotPrincipal' ? 'Principal' : 'principals';
  yield {
    at: spanOfProperty(element),
    message: `'${name}' with Allow lets in everybody but these; name the ones to trust by '${right}'.`,
    fixes: () =>
      property(statement.node, right)
        ? []
        : fix(`Rename '${name}' to '${right}'`, 'suggested', [renameKey(element, right)]),
  };
}

const PRINCIPAL_TYPES = ['AWS', 'Federated', 'Service', 'CanonicalUser'];

function* principalTypes({ statement }: StatementReading): Generator<Report> {
  for (const typeNode of new Set(statement.principals.flatMap((principal) => principal.typeNode ?? []))) {
    const name = typeNode.raw;
    if (!/^[A-Za-z]+$/.test(name) || PRINCIPAL_TYPES.includes(name)) continue;
    const word = name.toLowerCase();
    const meant =
      PRINCIPAL_TYPES.find((type) => type.toLowerCase() === word) ??
      PRINCIPAL_TYPES.find((type) => nearestWords(word, [type.toLowerCase()], 2).length > 0);
    const member = memberOf(typeNode);
    const taken = meant !== undefined && member !== undefined && property(member.object, meant) !== undefined;
    yield {
      at: typeNode,
      message: `'${name}' is no kind of principal; ${meant ? `it should be '${meant}'` : `there are ${PRINCIPAL_TYPES.map((type) => `'${type}'`).join(', ')}`}.`,
      fixes: () =>
        meant === undefined || taken
          ? []
          : fix(`Rename '${name}' to '${meant}'`, 'suggested', [
              member ? renameKey(member.member, meant) : replaceString(typeNode, meant),
            ]),
    };
  }
}

// ── Effect ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

function* effects(reading: StatementReading): Generator<Report> {
  const { statement } = reading;
  const { effect, effectValue, node } = statement;
  if (effectValue === 'missing') {
    if (node.open || statement.unknownElements.some((element) => nearElement(element, ['Effect']) !== undefined))
      return;
    if (node.properties.some(({ key }) => key.raw === '<<' || literalOf(key.text) === undefined)) return;
    yield {
      at: standsFor(reading),
      message: "The statement has no 'Effect'; it should be 'Allow' or 'Deny'.",
      fixes: () => fix("Add 'Effect': 'Allow'", 'suggested', [addProperty(node, 'Effect', 'Allow')]),
    };
  }
  const word = effect && literalOf(effect.text);
  if (effect && effectValue === 'unknown' && word !== undefined) {
    const meant =
      ['Allow', 'Deny'].find((each) => each.toLowerCase() === word.trim().toLowerCase()) ??
      nearestWords(word, ['Allow', 'Deny'], 2)[0];
    yield {
      at: effect,
      message: `'${word}' is no effect; it should be ${meant ? `'${meant}'` : "'Allow' or 'Deny'"}.`,
      fixes: () => (meant ? fix(`Write '${meant}'`, 'suggested', [replaceString(effect, meant)]) : []),
    };
  }
}

// ── operators ──────────────────────────────────────────────────────────────────────────────────────────────────────────

function* operators(reading: StatementReading): Generator<Report> {
  const seen = new Set<StringNode>();
  for (const { condition, noOperator } of reading.conditions) {
    if (!noOperator || seen.has(condition.operator)) continue;
    seen.add(condition.operator);
    const name = condition.operator.raw;
    const meant = operatorMeant(name);
    const owner = condition.operatorProperty;
    yield {
      at: condition.operator,
      message: `'${name}' is no condition operator${meant ? `; it should be '${meant}'` : ''}.`,
      fixes: () => {
        if (!meant) return [];
        const edits: Edit[] = owner ? [renameKey(owner, meant)] : [replaceString(condition.operator, meant)];
        return fix(`Write '${meant}'`, 'suggested', edits);
      },
    };
  }
}

function operatorMeant(name: string): string | undefined {
  const byName = new Map(OPERATOR_NAMES.map((each) => [each.toLowerCase(), each]));
  const [, set = '', body = '', suffix = ''] =
    /^(forallvalues:|foranyvalue:)?(.*?)(ifexists)?$/is.exec(name.trim()) ?? [];
  const word = body.toLowerCase();
  const found = byName.get(word) ?? byName.get(nearestWords(word, byName.keys(), 2)[0] ?? '');
  const meant = found && `${set}${found}${suffix}`;
  return meant && parseOperator(meant) ? meant : undefined;
}

// ── what is missing ────────────────────────────────────────────────────────────────────────────────────────────────────

function noPrincipal(policy: PolicyReading, reading: StatementReading, workspace: Workspace): Report {
  const { statement } = reading;
  return {
    at: standsFor(reading),
    message: "The statement has no 'Principal'; a trust policy names whom it trusts.",
    fixes: () => {
      if (statement.grammar !== 'iam') return [];
      const add = (type: string, value: string, placeholder: boolean): readonly Fix[] =>
        fix(
          `Trust '${value}'`,
          'suggested',
          [addProperty(statement.node, 'Principal', { [type]: value }, statementProperty(statement.node, 'Effect'))],
          placeholder ? 'placeholder' : undefined,
        );
      if (reading.speaks === 'pod-identity') return add('Service', POD_IDENTITY, false);
      for (const { issuerReading, foreign } of reading.conditions) {
        const found = !foreign && issuerReading?.meant && providerArnFor(issuerReading.meant, policy, workspace);
        if (found) return add('Federated', found.arn, found.placeholder);
      }
      return [];
    },
  };
}

function noAction(reading: StatementReading): Report {
  const { statement } = reading;
  const wanted =
    reading.podIdentity.length > 0 ? POD_IDENTITY_ACTIONS : reading.irsa ? [WEB_IDENTITY_ACTION] : undefined;
  return {
    at: statement.actionElement ? spanOfProperty(statement.actionElement) : standsFor(reading),
    message: `The statement has no '${statement.grammar === 'terraform-block' ? 'actions' : 'Action'}'${wanted ? `; it should be ${wanted.map((each) => `'${each}'`).join(' and ')}` : ''}.`,
    fixes: () => {
      if (!wanted || statement.actionElement) return [];
      const value = statement.grammar === 'terraform-block' || wanted.length > 1 ? [...wanted] : wanted[0]!;
      const name = statement.grammar === 'terraform-block' ? 'actions' : 'Action';
      return fix(`Allow ${wanted.map((each) => `'${each}'`).join(' and ')}`, 'suggested', [
        addProperty(statement.node, name, value, statementProperty(statement.node, 'Principal')),
      ]);
    },
  };
}

function statementProperty(node: ObjectNode, name: string): Property | undefined {
  return property(node, name);
}
