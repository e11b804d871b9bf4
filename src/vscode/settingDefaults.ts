import type { Severity } from '../core/rules/rule.js';

export type RuleSeverity = Severity | 'off';

/** Every setting of `podIam` with its default; a test holds it against package.json both ways. */
export const settingDefaults = {
  enable: true as boolean,
  check: 'workspace' as 'workspace' | 'openFiles',
  rules: {} as Readonly<Record<string, RuleSeverity>>,
  exclude: ['**/node_modules/**', '**/.git/**', '**/.terraform/**', '**/vendor/**', '**/dist/**'] as readonly string[],
  codeLens: true as boolean,
  namespaces: [] as readonly string[],
  kubeconfig: '' as string,
  'aws.profile': '' as string,
  'aws.region': '' as string,
  allowChanges: false as boolean,
};
export type Defaults = typeof settingDefaults;
export type SettingName = keyof Defaults;

/** Settings that decide what is connected to and what may be changed there: a workspace must not be able to set them. */
export const machineSettings = [
  'kubeconfig',
  'aws.profile',
  'aws.region',
  'allowChanges',
] as const satisfies readonly SettingName[];
export type MachineSetting = (typeof machineSettings)[number];
