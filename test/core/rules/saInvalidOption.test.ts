import { saInvalidOption } from '../../../src/core/rules/saInvalidOption.js';
import { accountYaml, deploymentYaml } from '../../../src/core/rules/support/manifestExamples.js';
import { ruleTest } from '../../support/ruleTester.js';

const account = (name: string, value: string) => accountYaml('api', 'shop', [`eks.amazonaws.com/${name}: ${value}`]);
const pods = (name: string, value: string) =>
  deploymentYaml('api', 'shop', { podAnnotations: [`eks.amazonaws.com/${name}: ${value}`] });

ruleTest(saInvalidOption, {
  silent: {
    'the shortest': account('token-expiration', '"600"'),
    'the longest': account('token-expiration', '"86400"'),
    'a pod’s own': pods('token-expiration', '"3600"'),
    'every boolean of Go': Object.fromEntries(
      ['1', 't', 'TRUE', 'False'].map((word, i) => [`${i}.yaml`, account('sts-regional-endpoints', `"${word}"`)]),
    ),
    'an audience': account('audience', 'vault.example.com'),
    'a list without blanks': pods('skip-containers', '"envoy,proxy"'),
    'an empty role': account('role-arn', '""'),
    'nothing yet': account('token-expiration', ''),
    templates: account('token-expiration', '{{ .Values.expiration | quote }}'),
    'a number of somebody else': accountYaml('api', 'shop', ['example.com/port: 80']),
    'a misplaced option is said elsewhere': pods('sts-regional-endpoints', '"maybe"'),
    'a number in Terraform, which makes a string of it': {
      'main.tf':
        'resource "kubernetes_service_account" "x" {\n  metadata {\n    name = "x"\n    annotations = { "eks.amazonaws.com/token-expiration" = 3600 }\n  }\n}\n',
    },
  },
  fires: {
    'too short': {
      files: account('token-expiration', '«"60"»'),
      message: /fewer than the 600/,
      severity: 'warning',
      becomes: { 'manifest.yaml': account('token-expiration', '"600"') },
    },
    'too long': {
      files: account('token-expiration', '«"90000"»'),
      message: /more than the 86400/,
      becomes: { 'manifest.yaml': account('token-expiration', '"86400"') },
    },
    hours: {
      files: account('token-expiration', '«1h»'),
      becomes: { 'manifest.yaml': account('token-expiration', '"3600"') },
    },
    'a fraction': { files: account('token-expiration', '«"3600.5"»') },
    'a word': { files: account('token-expiration', '«never»') },
    blanks: { files: account('token-expiration', '«" 3600"»') },
    'too short on a pod': { files: pods('token-expiration', '«"300"»') },
    'an unquoted number': {
      files: account('token-expiration', '«3600»'),
      message: /annotations are strings/,
      becomes: { 'manifest.yaml': account('token-expiration', '"3600"') },
    },
    'an unquoted number that is too small': {
      files: account('token-expiration', '«60»'),
      becomes: { 'manifest.yaml': account('token-expiration', '"600"') },
    },
    'an unquoted boolean': {
      files: account('sts-regional-endpoints', '«true»'),
      becomes: { 'manifest.yaml': account('sts-regional-endpoints', '"true"') },
    },
    'an unquoted account': { files: account('role-arn', '«111122223333»') },
    'no boolean': {
      files: account('sts-regional-endpoints', '«regional»'),
      message: /is no boolean/,
      becomes: { 'manifest.yaml': account('sts-regional-endpoints', '"true"') },
    },
    legacy: {
      files: account('sts-regional-endpoints', '«legacy»'),
      becomes: { 'manifest.yaml': account('sts-regional-endpoints', '"false"') },
    },
    yes: { files: account('sts-regional-endpoints', '«"yes"»') },
    'an empty audience': {
      files: account('audience', '«""»'),
      becomes: { 'manifest.yaml': account('audience', '"sts.amazonaws.com"') },
    },
    'an empty audience is left out': {
      files: account('audience', '«""»'),
      fix: 'Remove',
      becomes: { 'manifest.yaml': accountYaml('api', 'shop') },
    },
    'blanks in a list': {
      files: pods('skip-containers', '«"envoy, proxy"»'),
      becomes: { 'manifest.yaml': pods('skip-containers', '"envoy,proxy"') },
    },
    'in a chart’s values': {
      files: {
        'Chart.yaml': 'name: x\nversion: 0.1.0\n',
        'values.yaml':
          'serviceAccount:\n  annotations:\n    eks.amazonaws.com/token-expiration: «3600»\npodAnnotations:\n  eks.amazonaws.com/skip-containers: «"a, b"»\n',
      },
    },
  },
});
