import type * as vscode from 'vscode';
import { trustPolicyScheme } from './analyses.js';

const languages = [
  'json',
  'jsonc',
  'yaml',
  'helm',
  'cloudformation',
  'terraform',
  'terraform-vars',
  'hcl',
  'opentofu',
  'dockerfile',
  'shellscript',
];

/** Documents that may speak of workload identity. What the core does not read gives no answers, so this may be generous. */
export const selector: vscode.DocumentSelector = [
  ...languages.flatMap((language) => [
    { language, scheme: 'file' },
    { language, scheme: 'untitled' },
    { language, scheme: 'vscode-vfs' },
  ]),
  { scheme: 'file', pattern: '**/*.{tf,tofu,tfvars,tpl,tftpl,template}' },
  { scheme: trustPolicyScheme },
];
