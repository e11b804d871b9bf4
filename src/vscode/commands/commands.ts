import * as vscode from 'vscode';
import type { Analyses } from '../analyses.js';
import type { FixAll } from '../fixAll.js';
import type { RuleDocumentation } from '../ruleDocumentation.js';
import type { ClustersView } from '../tree/clustersView.js';
import { Connection } from '../tree/connection.js';
import type { RowTarget } from '../tree/row.js';
import type { WorkspaceView } from '../tree/workspaceView.js';
import type { AwsClusterChooser } from './addAwsClusters.js';
import type { Audits } from './audit.js';
import type { Changes } from './changes.js';
import type { MechanismAdvice } from './chooseMechanism.js';
import { chooseEksCluster, chooseKubeconfig } from './clusterSettings.js';
import { awsCliText, kubectlText, roleConsoleUrl } from './copyTexts.js';
import type { DriftFindings } from './drift.js';
import { openExample } from './example.js';
import type { Explanations } from './explanations.js';
import { askFilter } from './filter.js';
import { goTo } from './goTo.js';
import type { PermissionPolicies } from './permissionPolicies.js';
import type { Troubleshooter } from './troubleshoot.js';
import type { TrustPolicies } from './trustPolicies.js';
import type { TrustPolicyTrials } from './tryTrustPolicy.js';
import { turnRuleOff } from './turnRuleOff.js';
import { verifyCallerIdentity } from './verify.js';
import type { Verifications } from './verifyAll.js';

export interface CommandParts {
  readonly clusters: ClustersView;
  readonly workspace: WorkspaceView;
  readonly explanations: Explanations;
  readonly trustPolicies: TrustPolicies;
  readonly troubleshooter: Troubleshooter;
  readonly drift: DriftFindings;
  readonly changes: Changes;
  readonly audits: Audits;
  readonly trials: TrustPolicyTrials;
  readonly policies: PermissionPolicies;
  readonly verifications: Verifications;
  readonly awsClusters: AwsClusterChooser;
  readonly rulePages: RuleDocumentation;
  readonly advice: MechanismAdvice;
  readonly fixAll: FixAll;
  readonly analyses: Analyses;
  readonly log: vscode.LogOutputChannel;
  /** Reads the workspace anew. */
  readonly again: () => Promise<void>;
}

/** Every command, one line each; what they do stands elsewhere. */
export function registerCommands(parts: CommandParts): vscode.Disposable[] {
  const {
    clusters,
    workspace,
    explanations,
    trustPolicies,
    troubleshooter,
    drift,
    changes,
    audits,
    trials,
    policies,
    verifications,
    awsClusters,
    rulePages,
    advice,
    fixAll,
    analyses,
    log,
    again,
  } = parts;
  const commands: Record<string, (first?: unknown, second?: unknown) => unknown> = {
    'podIam.showRule': (ruleId) => rulePages.show(ruleId),
    'podIam.turnRuleOff': (ruleId, uri) => turnRuleOff(ruleId, uri),
    'podIam.fixAll': () => applyFixAll(fixAll),
    'podIam.troubleshoot': () => troubleshooter.run(),
    'podIam.chooseMechanism': () => advice.run(),
    'podIam.tryExample': () => openExample(),
    'podIam.showLog': () => log.show(),
    'podIam.checkWorkspace': () => again(),
    'podIam.explain': (row) => explanations.show(targetOf(row)),
    'podIam.clusters.refresh': () => clusters.refresh(),
    'podIam.clusters.refreshOne': (row) => connectionOf(clusters, row)?.refresh(),
    'podIam.clusters.stop': (row) => connectionOf(clusters, row)?.stop(),
    'podIam.clusters.disconnect': (row) => connectionOf(clusters, row)?.disconnect(),
    'podIam.clusters.filter': () => askFilter(clusters),
    'podIam.clusters.clearFilter': () => clusters.setFilter(''),
    'podIam.clusters.showProblems': () => clusters.setFilter('is:error is:warning'),
    'podIam.clusters.chooseEksCluster': (row) => chooseEksCluster(clusters, connectionOf(clusters, row)),
    'podIam.clusters.addFromAws': () => awsClusters.run(),
    'podIam.clusters.remove': (row) => clusters.removeAwsCluster(connectionOf(clusters, row)),
    'podIam.clusters.chooseKubeconfig': () => chooseKubeconfig(),
    'podIam.workspace.filter': () => askFilter(workspace),
    'podIam.workspace.clearFilter': () => workspace.setFilter(''),
    'podIam.verifyCallerIdentity': (row) => verifyCallerIdentity(clusters, targetOf(row)),
    'podIam.verifyAll': (row) => verifications.run(connectionOf(clusters, row), targetOf(row)?.namespace),
    'podIam.tryTrustPolicy': () => trials.run(),
    'podIam.checkPolicy': () => checkPolicy(analyses),
    'podIam.showPolicies': (row) => policies.show(targetOf(row)),
    'podIam.openTrustPolicy': (row) => trustPolicies.show(targetOf(row)),
    'podIam.compareTrustPolicy': (row) => trustPolicies.compare(targetOf(row)),
    'podIam.change': (row) => changes.run(targetOf(row)),
    'podIam.compareWithCluster': (row) => drift.compare(row instanceof Connection ? row.context.name : undefined),
    'podIam.stopComparing': () => drift.stop(),
    'podIam.pullFromCluster': () => drift.pull(),
    'podIam.compareAccount': (row) => drift.compareOne(targetOf(row)),
    'podIam.recentCalls': (row) => audits.calls(targetOf(row)),
    'podIam.validateTrustPolicy': () => audits.validate(),
    'podIam.goToFile': (row) => goTo(analyses, targetOf(row)?.place),
    'podIam.copyName': (row) => copy(targetOf(row)?.name),
    'podIam.copyRoleArn': (row) => copy(targetOf(row)?.roleArn),
    'podIam.copyAwsCli': (row) => copy(textFor(row, awsCliText)),
    'podIam.copyKubectl': (row) => copy(textFor(row, kubectlText)),
    'podIam.openConsole': (row) => openConsole(targetOf(row)?.roleArn),
  };
  return Object.entries(commands).map(([id, run]) => vscode.commands.registerCommand(id, run));
}

/** Rows of the trees carry their target; links in hovers pass one that looks the same. */
function targetOf(row: unknown): RowTarget | undefined {
  return typeof row === 'object' && row !== null && 'target' in row ? (row.target as RowTarget) : undefined;
}

function connectionOf(clusters: ClustersView, row: unknown): Connection | undefined {
  return row instanceof Connection ? row : clusters.connection(targetOf(row)?.context);
}

function textFor(row: unknown, text: (target: RowTarget) => string | undefined): string | undefined {
  const target = targetOf(row);
  return target && text(target);
}

async function copy(text: string | undefined): Promise<void> {
  if (text === undefined) return;
  await vscode.env.clipboard.writeText(text);
  vscode.window.setStatusBarMessage(
    vscode.l10n.t('Copied {0}', text.length > 60 ? `${text.slice(0, 59)}…` : text),
    3_000,
  );
}

async function openConsole(arn: string | undefined): Promise<void> {
  const url = arn && roleConsoleUrl(arn);
  if (url) await vscode.env.openExternal(vscode.Uri.parse(url));
}

/** A policy that no role of the workspace uses is nobody's business until somebody says so. */
async function checkPolicy(analyses: Analyses): Promise<void> {
  const document = vscode.window.activeTextEditor?.document;
  const found = document && analyses.of(document);
  const policies = found?.analysis.factsOf(found.file)?.permissionPolicies ?? [];
  if (!document || policies.length === 0) {
    await vscode.window.showInformationMessage(vscode.l10n.t('There is no permission policy in the active editor.'));
    return;
  }
  analyses.choosePolicies(document.uri);
}

async function applyFixAll(fixAll: FixAll): Promise<void> {
  const document = vscode.window.activeTextEditor?.document;
  const edit = document && fixAll.edit(document);
  if (edit) await vscode.workspace.applyEdit(edit);
  else vscode.window.setStatusBarMessage(nothingSafe(document ? fixAll.suggestedIn(document) : 0), 8_000);
}

function nothingSafe(suggested: number): string {
  switch (suggested) {
    case 0:
      return vscode.l10n.t('Pod IAM: nothing here has a safe fix');
    case 1:
      return vscode.l10n.t('Pod IAM: nothing here has a safe fix; the light bulb suggests fixes for 1 finding');
    default:
      return vscode.l10n.t(
        'Pod IAM: nothing here has a safe fix; the light bulb suggests fixes for {0} findings',
        suggested,
      );
  }
}
