import { trustUnknownSubject } from '../../../src/core/rules/trustUnknownSubject.js';
import { ruleTest } from '../../support/ruleTester.js';
import { AUD, irsa, STS, SUB, SUBJECT } from './trustCases.js';
import { account, text } from './trustTexts.js';

const naming = (sub: string | string[]) => text(irsa({ Condition: { StringEquals: { [SUB]: sub, [AUD]: STS } } }));

ruleTest(trustUnknownSubject, {
  silent: {
    'a known account': { 'trust.json': text(irsa()), 'sa.yaml': account('shop', 'cart') },
    'no account at all': text(irsa()),
    'nothing near': { 'trust.json': text(irsa()), 'sa.yaml': account('billing', 'invoices') },
    'a namespace that nothing says': {
      'trust.json': text(irsa()),
      'sa.yaml': 'apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: cart\n',
    },
    'an account that another policy names': {
      'trust.json': naming('system:serviceaccount:shop:worker-2'),
      'other.json': naming('system:serviceaccount:shop:worker-1'),
      'sa.yaml': account('shop', 'worker-1'),
    },
    'a pattern': {
      'trust.json': text(
        irsa({ Condition: { StringLike: { [SUB]: 'system:serviceaccount:store:c*' }, StringEquals: { [AUD]: STS } } }),
      ),
      'sa.yaml': account('shop', 'cart'),
    },
    'the default account': {
      'trust.json': naming('system:serviceaccount:store:default'),
      'sa.yaml': account('shop', 'default'),
    },
    'short names': { 'trust.json': naming('system:serviceaccount:shop:ui'), 'sa.yaml': account('shop', 'db') },
    'a workload that runs as it': {
      'trust.json': naming('system:serviceaccount:store:cart'),
      'sa.yaml': account('shop', 'cart'),
      'deploy.yaml':
        'apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: cart, namespace: store }\nspec: { template: { spec: { serviceAccountName: cart, containers: [{ name: cart, image: x }] } } }\n',
    },
  },
  fires: {
    'a letter too few': {
      files: {
        'trust.json': naming('«system:serviceaccount:payments:wrker»'),
        'sa.yaml': account('payments', 'worker'),
      },
      severity: 'warning',
      message: "'system:serviceaccount:payments:wrker' names no service account here; did you mean 'payments:worker'?",
      becomes: { 'trust.json': naming('system:serviceaccount:payments:worker') },
    },
    'another namespace': {
      files: { 'trust.json': naming('«system:serviceaccount:store:cart»'), 'sa.yaml': account('shop', 'cart') },
      becomes: { 'trust.json': text(irsa()) },
    },
    'two near ones': {
      files: {
        'trust.json': naming('«system:serviceaccount:prod:cart»'),
        'sa.yaml': `${account('shop', 'cart')}---\n${account('production', 'cart')}`,
      },
      message: /did you mean 'production:cart' or 'shop:cart'\?/,
    },
    'one of a list': {
      files: {
        'trust.json': naming([SUBJECT, '«system:serviceaccount:shop:tilll»']),
        'sa.yaml': `${account('shop', 'cart')}---\n${account('shop', 'till')}`,
      },
    },
  },
});
