import { trustDuplicateKey } from '../../../src/core/rules/trustDuplicateKey.js';
import { ruleTest } from '../../support/ruleTester.js';
import { AUD, EXACT, irsa, STS, SUB, SUBJECT } from './trustCases.js';
import { text } from './trustTexts.js';

const twice = (inner: string) => text(irsa({ Condition: '%' })).replace('"%"', inner);

ruleTest(trustDuplicateKey, {
  silent: {
    right: text(irsa()),
    'one key under two operators': text(
      irsa({ Condition: { ...EXACT, StringLike: { [SUB]: 'system:serviceaccount:shop:*' } } }),
    ),
    'two holes': text(irsa({ Condition: { StringEquals: { '<ISSUER_A>:sub': SUBJECT, '<ISSUER_B>:sub': SUBJECT } } })),
    'a file that is about something else': '{ "a": 1, "a": 2 }',
  },
  fires: {
    operators: {
      files: twice(`{ "StringEquals": { "${SUB}": "${SUBJECT}" }, «"StringEquals"»: { "${AUD}": "${STS}" } }`),
      message: /'StringEquals' stands twice in one object, first at .*; only this one holds\./,
      becomes: twice(`{ "StringEquals": { "${AUD}": "${STS}", "${SUB}": "${SUBJECT}" } }`),
    },
    subjects: {
      files: twice(
        `{ "StringEquals": { "${SUB}": "${SUBJECT}", "${AUD}": "${STS}", «"${SUB}"»: "system:serviceaccount:shop:till" } }`,
      ),
      becomes: twice(
        `{ "StringEquals": { "${AUD}": "${STS}", "${SUB}": ["${SUBJECT}", "system:serviceaccount:shop:till"] } }`,
      ),
    },
    conditions: {
      files: twice(
        `{ "StringEquals": { "${SUB}": "${SUBJECT}" } },\n      «"Condition"»: { "StringEquals": { "${AUD}": "${STS}" } }`,
      ),
      becomes: twice(`{ "StringEquals": { "${AUD}": "${STS}", "${SUB}": "${SUBJECT}" } }`),
    },
    'three of a kind': {
      files: twice(
        `{ "StringEquals": { "${SUB}": "${SUBJECT}" }, «"StringEquals"»: { "${AUD}": "${STS}" }, «"StringEquals"»: { "aws:RequestedRegion": "eu-west-1" } }`,
      ),
    },
  },
});
