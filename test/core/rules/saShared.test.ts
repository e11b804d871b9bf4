import { saShared } from '../../../src/core/rules/saShared.js';
import {
  accountYaml,
  associationYaml,
  deploymentYaml,
  exampleArn,
} from '../../../src/core/rules/support/manifestExamples.js';
import { ruleTest } from '../../support/ruleTester.js';

const account = accountYaml('shop', 'shop', [`eks.amazonaws.com/role-arn: ${exampleArn('shop')}`]);
const marked = account.replace('name: shop', 'name: «shop»');
const users = {
  'cart.yaml': deploymentYaml('cart', 'shop', { account: 'shop' }),
  'till.yaml': deploymentYaml('till', 'shop', { account: 'shop' }),
};

ruleTest(saShared, {
  silent: {
    'one workload': { 'sa.yaml': account, 'cart.yaml': users['cart.yaml'] },
    'no role': { 'sa.yaml': accountYaml('shop', 'shop'), ...users },
    'another namespace': {
      'sa.yaml': account,
      'cart.yaml': users['cart.yaml'],
      'till.yaml': deploymentYaml('till', 'store', { account: 'shop' }),
    },
  },
  fires: {
    'two workloads': {
      files: { 'sa.yaml': marked, ...users },
      severity: 'hint',
      message: "'Deployment cart' and 'Deployment till' all run as 'shop/shop' and share its role.",
    },
    'by an association': {
      files: {
        'a.yaml': associationYaml('shop', 'shop', 'shop'),
        'sa.yaml': accountYaml('shop', 'shop').replace('name: shop', 'name: «shop»'),
        ...users,
      },
    },
  },
});
