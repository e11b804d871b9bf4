import type { Condition } from '../facts/model.js';
import { hasHole, literalOf, type Ternary, type Text } from '../syntax/text.js';
import type { SyntaxNode } from '../syntax/tree.js';
import { splitParts } from './arn.js';
import { globPattern, literalPattern, matchPattern, type Pattern, patternOf, type Step } from './globs.js';
import { type Operator, parseOperator } from './operators.js';
import type { KeyState } from './request.js';
import { all, and, any, either, not, or, ternary } from './ternary.js';
import { contains, parseAddress, parseBinary, parseBoolean, parseDate, parseNetwork, parseNumber } from './values.js';
import { expandVariables } from './variables.js';

const NOT_GIVEN: Text = [{ expression: 'value' }];

/**
 * Does one operator with one key hold?
 * @param variables whether `${…}` in values are policy variables: under `"Version": "2012-10-17"` only
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 */
export function matchCondition(condition: Condition, lookup: (key: Text) => KeyState, variables: Ternary): Ternary {
  const name = literalOf(condition.operator.text) ?? condition.operator.raw;
  const operator = parseOperator(name);
  // AWS refuses a policy with an operator it does not know: nothing can be said.
  if (!operator) return 'maybe';
  const state = lookup(condition.key.text);
  const values = valuesOf(condition, operator);
  if (operator.type === 'null') return matchNull(values, state, condition.open === true);

  const test = tester(operator, values, (key) => lookup([key]), variables, condition.open === true);
  const single = operator.negated ? (value: Text) => not(test(value)) : test;
  const present = (given: readonly Text[]): Ternary => {
    if (operator.qualifier === 'ForAllValues') return all(given, single);
    if (operator.qualifier === 'ForAnyValue') return any(given, single);
    return operator.negated ? not(any(given, test)) : any(given, test);
  };
  const absent = ternary(
    operator.ifExists ||
      operator.qualifier === 'ForAllValues' ||
      (operator.negated && operator.qualifier === undefined),
  );
  switch (state.state) {
    case 'absent':
      return absent;
    case 'values':
      return present(state.values);
    case 'maybe':
      return either(absent, present(state.values));
    case 'unknown':
      return either(absent, present([NOT_GIVEN]));
  }
}

type Test = (value: Text) => Ternary;

function valuesOf(condition: Condition, operator: Operator): Text[] {
  const texts: Text[] = [];
  for (const node of condition.values) {
    const text = textOfValue(node);
    if (text) texts.push(operator.variables ? terraformVariables(condition, text) : text);
  }
  return texts;
}

/** JSON and YAML may have numbers and booleans where IAM means their words. Lists and objects in a list of values equal nothing. */
function textOfValue(node: SyntaxNode): Text | undefined {
  switch (node.kind) {
    case 'string':
      return node.text;
    case 'number':
    case 'boolean':
      return [node.source];
    default:
      return undefined;
  }
}

/** `aws_iam_policy_document` writes policy variables as `&{…}`, as Terraform has another use for `${…}`. */
function terraformVariables(condition: Condition, text: Text): Text {
  if (!condition.block) return text;
  return text.map((part) => (typeof part === 'string' ? part.replaceAll('&{', '${') : part));
}

function matchNull(values: readonly Text[], state: KeyState, open: boolean): Ternary {
  const absent = state.state === 'absent' ? 'yes' : state.state === 'values' ? 'no' : 'maybe';
  let wantsAbsent: Ternary = open ? 'maybe' : 'no';
  let wantsPresent: Ternary = wantsAbsent;
  for (const value of values) {
    const known = literalOf(value);
    const word = known === undefined ? undefined : parseBoolean(known);
    if (known === undefined) {
      wantsAbsent = or(wantsAbsent, 'maybe');
      wantsPresent = or(wantsPresent, 'maybe');
    } else if (word === true) wantsAbsent = 'yes';
    else if (word === false) wantsPresent = 'yes';
  }
  if (absent === 'maybe') return either(wantsAbsent, wantsPresent);
  return absent === 'yes' ? wantsAbsent : wantsPresent;
}

/** Is a value of the request one of the condition's values, without regard to negation? */
function tester(
  operator: Operator,
  values: readonly Text[],
  lookup: (key: string) => KeyState,
  variables: Ternary,
  open: boolean,
): Test {
  const tests = values.flatMap((value) => testsFor(operator, value, lookup, variables));
  return (value) => {
    const result = any(tests, (test) => test(value));
    return open ? or(result, 'maybe') : result;
  };
}

function testsFor(operator: Operator, wanted: Text, lookup: (key: string) => KeyState, variables: Ternary): Test[] {
  switch (operator.type) {
    case 'string':
    case 'arn': {
      if (operator.type === 'string' && !wanted.some((part) => typeof part === 'string' && part.includes('${'))) {
        const pattern = operator.wildcards ? globPattern(wanted, operator) : literalPattern(wanted, operator);
        return [(value) => matchPattern(pattern, value)];
      }
      const compare = operator.type === 'arn' ? arnTest : stringTest;
      const literal = (): Test[] => {
        const expansion = expandVariables(wanted, operator.wildcards, lookup, 'literal');
        return expansion ? [compare(operator, expansion.steps)] : [];
      };
      const expanded = (): Test[] => {
        const expansion = expandVariables(wanted, operator.wildcards, lookup, 'variables');
        if (!expansion) return [];
        const test = compare(operator, expansion.steps);
        return [expansion.mayBeVoid ? (value) => and(test(value), 'maybe') : test];
      };
      if (variables === 'yes') return expanded();
      if (variables === 'no') return literal();
      const [a, b] = [any1(literal()), any1(expanded())];
      return [(value) => either(a(value), b(value))];
    }
    case 'numeric':
      return [typedTest(wanted, parseNumber, parseNumber, ordering(operator.base.slice('Numeric'.length)))];
    case 'date':
      return [typedTest(wanted, parseDate, parseDate, ordering(operator.base.slice('Date'.length)))];
    case 'bool':
      return [typedTest(wanted, parseBoolean, parseBoolean, (value, limit) => value === limit)];
    case 'binary':
      return [typedTest(wanted, parseBinary, parseBinary, (value, limit) => value === limit)];
    case 'ip':
      return [typedTest(wanted, parseAddress, parseNetwork, (value, network) => contains(network, value))];
    case 'null':
      return [];
  }
}

function any1(tests: readonly Test[]): Test {
  return (value) => any(tests, (test) => test(value));
}

function stringTest(operator: Operator, steps: readonly Step[]): Test {
  const pattern = patternOf(steps, operator);
  return (value) => matchPattern(pattern, value);
}

/** The six parts are compared one by one, so that no wildcard reaches over a colon. What is no ARN is equal to none. */
function arnTest(operator: Operator, steps: readonly Step[]): Test {
  const parts = arnParts(steps).map((part): Pattern => patternOf(part, operator));
  const holes = steps.some((step) => typeof step !== 'number');
  return (value) => {
    const pieces = splitParts(value);
    // A hole may stand for several parts.
    if (parts.length < 6 || pieces.length < 6) {
      const possible = (parts.length === 6 || holes) && (pieces.length === 6 || hasHole(value));
      return possible ? 'maybe' : 'no';
    }
    return all(parts.keys(), (i) => matchPattern(parts[i]!, pieces[i]!));
  };
}

function arnParts(steps: readonly Step[]): Step[][] {
  const parts: Step[][] = [[]];
  for (const step of steps) {
    if (step === 58 && parts.length < 6) parts.push([]);
    else parts[parts.length - 1]!.push(step);
  }
  return parts;
}

function typedTest<V, W>(
  wanted: Text,
  readValue: (value: string) => V | undefined,
  readWanted: (value: string) => W | undefined,
  compare: (value: V, wanted: W) => boolean,
): Test {
  const known = literalOf(wanted);
  const limit = known === undefined ? undefined : readWanted(known);
  return (value) => {
    if (known !== undefined && limit === undefined) return 'no';
    const literal = literalOf(value);
    const given = literal === undefined ? undefined : readValue(literal);
    if (literal !== undefined && given === undefined) return 'no';
    return given === undefined || limit === undefined ? 'maybe' : ternary(compare(given, limit));
  };
}

function ordering(relation: string): (value: number, limit: number) => boolean {
  switch (relation) {
    case 'LessThan':
      return (value, limit) => value < limit;
    case 'LessThanEquals':
      return (value, limit) => value <= limit;
    case 'GreaterThan':
      return (value, limit) => value > limit;
    case 'GreaterThanEquals':
      return (value, limit) => value >= limit;
    default:
      return (value, limit) => value === limit;
  }
}
