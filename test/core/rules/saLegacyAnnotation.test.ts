import { saLegacyAnnotation } from '../../../src/core/rules/saLegacyAnnotation.js';
import { accountYaml, deploymentYaml, exampleArn, irsaRole } from '../../../src/core/rules/support/manifestExamples.js';
import { ruleTest } from '../../support/ruleTester.js';

const ARN = exampleArn('cart');
const RIGHT = `eks.amazonaws.com/role-arn: ${ARN}`;

ruleTest(saLegacyAnnotation, {
  silent: {
    'the right annotation': accountYaml('cart', 'shop', [RIGHT]),
    'what kiam allows a namespace':
      'apiVersion: v1\nkind: Namespace\nmetadata:\n  name: shop\n  annotations:\n    iam.amazonaws.com/permitted: ".*"\n',
  },
  fires: {
    'on an account, as an ARN': {
      files: accountYaml('cart', 'shop', [`«iam.amazonaws.com/role»: ${ARN}`]),
      severity: 'warning',
      becomes: { 'manifest.yaml': accountYaml('cart', 'shop', [RIGHT]) },
    },
    'on an account, as a name': {
      files: accountYaml('cart', 'shop', ['«iam.amazonaws.com/role»: cart']),
      becomes: {
        'manifest.yaml': accountYaml('cart', 'shop', ['eks.amazonaws.com/role-arn: arn:aws:iam::ACCOUNT_ID:role/cart']),
      },
    },
    'the name of a known role': {
      files: {
        'sa.yaml': accountYaml('cart', 'shop', ['«iam.amazonaws.com/role»: cart']),
        'role.json': irsaRole('cart', 'shop', 'cart'),
      },
      becomes: { 'sa.yaml': accountYaml('cart', 'shop', [RIGHT]), 'role.json': irsaRole('cart', 'shop', 'cart') },
    },
    'beside the right one': {
      files: accountYaml('cart', 'shop', [RIGHT, `«iam.amazonaws.com/role»: ${ARN}`]),
      message: /'eks\.amazonaws\.com\/role-arn' is there already/,
      becomes: { 'manifest.yaml': accountYaml('cart', 'shop', [RIGHT]) },
    },
    'on a pod’s template': {
      files: {
        'deploy.yaml': deploymentYaml('cart', 'shop', {
          account: 'cart',
          podAnnotations: [`«iam.amazonaws.com/role»: ${ARN}`],
        }),
        'sa.yaml': accountYaml('cart', 'shop'),
      },
      becomes: {
        'deploy.yaml': deploymentYaml('cart', 'shop', { account: 'cart' }),
        'sa.yaml': accountYaml('cart', 'shop', [RIGHT]),
      },
    },
    'on a pod that has no account': {
      files:
        'apiVersion: v1\nkind: Pod\nmetadata:\n  name: cart\n  annotations:\n    «iam.amazonaws.com/role»: cart\nspec:\n  containers: []\n',
    },
    'in a chart’s values': {
      files: {
        'Chart.yaml': 'name: x\nversion: 0.1.0\n',
        'values.yaml': 'podAnnotations:\n  «iam.amazonaws.com/role»: cart\n',
      },
    },
  },
});
