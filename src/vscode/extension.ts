import * as vscode from 'vscode';
import { identities, rolesWithTrustPolicy } from '../core/features/identities.js';
import { Analyses } from './analyses.js';
import { CodeLenses } from './codeLenses.js';
import { AwsClusterChooser } from './commands/addAwsClusters.js';
import { Audits } from './commands/audit.js';
import { Changes } from './commands/changes.js';
import { MechanismAdvice } from './commands/chooseMechanism.js';
import { registerCommands } from './commands/commands.js';
import { DriftFindings } from './commands/drift.js';
import { Explanations } from './commands/explanations.js';
import { PermissionPolicies } from './commands/permissionPolicies.js';
import { Refactorings } from './commands/refactor.js';
import { RefactorActions } from './commands/refactorActions.js';
import { Troubleshooter } from './commands/troubleshoot.js';
import { TrustPolicies } from './commands/trustPolicies.js';
import { TrustPolicyTrials } from './commands/tryTrustPolicy.js';
import { Verifications } from './commands/verifyAll.js';
import { Completions } from './completions.js';
import { Diagnostics } from './diagnostics.js';
import { DocumentLinks } from './documentLinks.js';
import { DocumentSymbols } from './documentSymbols.js';
import { FixAll } from './fixAll.js';
import { Hovers } from './hover.js';
import { Live } from './live.js';
import { Navigation } from './navigation.js';
import { OpenDocuments } from './openDocuments.js';
import { QuickFixes } from './quickFixes.js';
import { RuleDocumentation } from './ruleDocumentation.js';
import { selector } from './selector.js';
import { Settings } from './settings.js';
import { Severities } from './severities.js';
import { Terraform } from './terraform.js';
import { ClustersView } from './tree/clustersView.js';
import { WorkspaceView } from './tree/workspaceView.js';
import { WorkspaceIndex } from './workspaceIndex.js';

/**
 * Puts the parts together. Nothing is read here and nothing connected to: documents that are open already are looked at, with
 * the engine that this loads, after it has returned; files are read when the first document that matters is open or a view is
 * looked at, clusters when somebody opens one.
 */
export function activate(context: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel('Pod IAM', { log: true });
  const settings = new Settings();
  const terraform = new Terraform(context.extensionPath, log);
  const severities = new Severities(settings, log);
  const analyses = new Analyses(
    severities,
    log,
    (uri) => settings.get('enable', uri) && !index.isExcluded(uri),
    terraform,
  );
  const index = new WorkspaceIndex(analyses, settings, severities, log);
  const start = async () => {
    await severities.start();
    await index.start();
    // What has changed since then counts too.
    await analyses.settled();
  };

  const diagnostics = new Diagnostics(analyses, settings);
  const documents = new OpenDocuments(analyses, {
    closed: (uri) => void index.closed(uri),
    concerned: () => void start(),
  });
  const fixAll = new FixAll(analyses);
  const navigation = new Navigation(analyses);
  const lenses = new CodeLenses(analyses, settings);
  const { languages } = vscode;

  const live = new Live();
  const clusters = new ClustersView(
    live,
    settings,
    context.globalState,
    log,
    () => rolesWithTrustPolicy(analyses.workspace.workspace()),
    () => identities(analyses.workspace.workspace()).map(({ namespace }) => namespace),
  );
  const workspace = new WorkspaceView(analyses, settings, start);
  const explanations = new Explanations(clusters, analyses, start);
  const trustPolicies = new TrustPolicies(clusters, analyses);
  const troubleshooter = new Troubleshooter(clusters, analyses, start);
  const drift = new DriftFindings(clusters, analyses, start);
  clusters.showDrift(drift);
  const changes = new Changes(clusters, settings);
  const verifications = new Verifications(clusters);
  const policies = new PermissionPolicies(clusters);
  const trials = new TrustPolicyTrials(analyses);
  const audits = new Audits(live, clusters, analyses, settings);
  const rulePages = new RuleDocumentation();
  const advice = new MechanismAdvice();
  const refactorings = new Refactorings(analyses, clusters, start);

  const again = async () => {
    analyses.clear();
    documents.refresh();
    if (index.isStarted) {
      await severities.start();
      await index.restart();
    }
    diagnostics.refresh();
    workspace.refresh();
  };

  context.subscriptions.push(
    log,
    severities,
    analyses,
    index,
    diagnostics,
    documents,
    lenses,
    clusters,
    workspace,
    explanations,
    trustPolicies,
    troubleshooter,
    drift,
    changes,
    audits,
    policies,
    trials,
    verifications,
    rulePages,
    advice,
    refactorings,
    languages.registerCodeActionsProvider(selector, new RefactorActions(analyses), {
      providedCodeActionKinds: RefactorActions.kinds,
    }),
    languages.registerCodeActionsProvider(selector, new QuickFixes(analyses), {
      providedCodeActionKinds: QuickFixes.kinds,
    }),
    languages.registerCodeActionsProvider(selector, fixAll, { providedCodeActionKinds: FixAll.kinds }),
    languages.registerCodeActionsProvider(selector, drift, { providedCodeActionKinds: QuickFixes.kinds }),
    languages.registerHoverProvider(selector, new Hovers(analyses)),
    languages.registerCompletionItemProvider(selector, new Completions(analyses), ...Completions.triggers),
    languages.registerDefinitionProvider(selector, navigation),
    languages.registerReferenceProvider(selector, navigation),
    languages.registerRenameProvider(selector, navigation),
    languages.registerCodeLensProvider(selector, lenses),
    languages.registerDocumentLinkProvider(selector, new DocumentLinks(analyses)),
    languages.registerDocumentSymbolProvider(selector, new DocumentSymbols(analyses), { label: 'Pod IAM' }),
    severities.onDidChange(() => diagnostics.refresh()),
    settings.onDidChange(['rules', 'check'], () => diagnostics.refresh()),
    settings.onDidChange(['enable', 'exclude'], () => void again()),
    vscode.workspace.onDidChangeWorkspaceFolders(() => void again()),
    ...registerCommands({
      clusters,
      workspace,
      explanations,
      trustPolicies,
      troubleshooter,
      drift,
      changes,
      audits,
      policies,
      trials,
      verifications,
      awsClusters: new AwsClusterChooser(live, clusters, settings, log),
      rulePages,
      advice,
      fixAll,
      analyses,
      log,
      again,
    }),
  );
  documents.refreshSoon();
}
