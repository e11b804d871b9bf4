import * as vscode from 'vscode';
import type { ChangeOutcome, ChangePlan, ChangeRequest, RestartableKind, Tool } from '../../live/changes/types.js';
import type { LiveCluster, ServiceAccountIdentity } from '../../live/types.js';
import { ReadOnlyDocuments } from '../readOnlyDocuments.js';
import type { Settings } from '../settings.js';
import type { ClustersView } from '../tree/clustersView.js';
import type { Connection } from '../tree/connection.js';
import type { RowTarget } from '../tree/row.js';
import { roleName } from '../tree/words.js';
import { withProgress } from '../withProgress.js';
import { confirmation, outcomeText, planText, toolNames } from './changesText.js';

const scheme = 'pod-iam-change';
const ROLE_ANNOTATION = 'eks.amazonaws.com/role-arn';
const ROLE_ARN = /^arn:aws[a-z0-9-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/;

interface Choice extends vscode.QuickPickItem {
  readonly request: () => Promise<ChangeRequest | undefined>;
}

/** Changes of a live service account: chosen, previewed call by call, confirmed, made, and undone on request. */
export class Changes implements vscode.Disposable {
  readonly #documents: ReadOnlyDocuments;
  readonly #previews = new Map<string, string>();

  constructor(
    private readonly clusters: ClustersView,
    private readonly settings: Settings,
  ) {
    this.#documents = new ReadOnlyDocuments(scheme, (uri) => this.#previews.get(uri.path));
  }

  async run(target: RowTarget | undefined): Promise<void> {
    const connection = this.clusters.connection(target?.context);
    const cluster = connection?.cluster;
    if (!vscode.workspace.isTrusted || !cluster || target?.namespace === undefined || target.name === undefined) return;
    const { namespace, name } = target;
    const account = connection.snapshot?.serviceAccounts.find(
      (row) => row.namespace === namespace && row.name === name,
    );
    if (!account) return;
    const choice = await vscode.window.showQuickPick(choicesFor(account, cluster), {
      title: vscode.l10n.t('Change {0} in {1}', `${namespace}/${name}`, connection.context.name),
      placeHolder: vscode.l10n.t('Nothing is changed before you have seen every call and agreed'),
    });
    const request = await choice?.request();
    if (request) await this.#propose(connection, cluster, request);
  }

  dispose(): void {
    this.#documents.dispose();
  }

  async #propose(connection: Connection, cluster: LiveCluster, request: ChangeRequest): Promise<void> {
    const planned = await withProgress(vscode.l10n.t('Planning'), (signal) => cluster.planChange(request, signal));
    if (!planned) return;
    if (!planned.ok) {
      const { what, message, permission } = planned.failure;
      await vscode.window.showErrorMessage(`${what}: ${message}${permission === undefined ? '' : ` (${permission})`}`);
      return;
    }
    const plan = planned.value;
    const path = `/${plan.title.replace(/[^\w.-]+/g, ' ').slice(0, 80)}.md`;
    this.#previews.set(path, planText(plan, connection.context.name));
    await this.#documents.preview(vscode.Uri.from({ scheme, path }));
    if (plan.needless) return;
    const apply = vscode.l10n.t('Change It');
    const copy = vscode.l10n.t('Copy as Text…');
    const allowed = this.settings.machineFlag('allowChanges');
    const openSetting = vscode.l10n.t('Open Setting');
    const answer = await vscode.window.showWarningMessage(
      allowed ? vscode.l10n.t('{0}?', plan.title) : vscode.l10n.t('{0}: changes are turned off', plan.title),
      {
        modal: true,
        detail: allowed
          ? confirmation(plan)
          : vscode.l10n.t(
              'The setting podIam.allowChanges is off, so Pod IAM changes nothing. The preview shows the calls; the same can be copied as text for other tools.',
            ),
      },
      ...(allowed ? [apply, copy] : [copy, openSetting]),
    );
    if (answer === copy) await copyAsText(plan);
    if (answer === openSetting)
      await vscode.commands.executeCommand('workbench.action.openSettings', 'podIam.allowChanges');
    // Asked again: the setting or the trust may have been taken back meanwhile.
    if (answer === apply && this.#mayChange()) await this.#apply(connection, cluster, plan);
  }

  async #apply(connection: Connection, cluster: LiveCluster, plan: ChangePlan): Promise<void> {
    // A cancelled change has an outcome too, so it is waited for.
    const outcome = await withProgress(plan.title, (signal) => cluster.applyChange(plan, signal), true);
    if (!outcome) return;
    void connection.refresh();
    const undo = vscode.l10n.t('Undo');
    const undoable = outcome.results.some(({ outcome: what }) => what === 'done' || what === 'unknown');
    const answer = await tell(outcome, undoable ? [undo] : []);
    if (answer !== undo || !this.#mayChange()) return;
    const undone = await withProgress(
      vscode.l10n.t('Undoing: {0}', plan.title),
      (signal) => cluster.undoChange(outcome, signal),
      true,
    );
    if (!undone) return;
    void connection.refresh();
    await tell(undone, []);
  }

  #mayChange(): boolean {
    return vscode.workspace.isTrusted && this.settings.machineFlag('allowChanges');
  }
}

function tell(outcome: ChangeOutcome, actions: readonly string[]): Thenable<string | undefined> {
  const text = outcomeText(outcome);
  return outcome.done
    ? vscode.window.showInformationMessage(text, ...actions)
    : vscode.window.showErrorMessage(text, ...actions);
}

async function copyAsText(plan: ChangePlan): Promise<void> {
  const items = (Object.keys(toolNames) as Tool[]).flatMap((tool) => {
    const words = plan.asText[tool];
    return words.kind === 'text'
      ? [{ label: toolNames[tool], detail: words.text.split('\n')[0]!, text: words.text }]
      : [];
  });
  const picked = await vscode.window.showQuickPick(items, { title: vscode.l10n.t('Copy as') });
  if (picked) await vscode.env.clipboard.writeText(picked.text);
}

function choicesFor(account: ServiceAccountIdentity, cluster: LiveCluster): Choice[] {
  const { namespace, name, annotation, associationId, association, roleArn } = account;
  const who = { namespace, name };
  const choices: Choice[] = [
    {
      label: vscode.l10n.t('Annotate with a role…'),
      description: annotation ?? vscode.l10n.t('no annotation now'),
      request: async () => {
        const value = await askRole(annotation ?? roleArn);
        return value === undefined ? undefined : { kind: 'annotate', ...who, key: ROLE_ANNOTATION, value };
      },
    },
  ];
  if (annotation !== undefined)
    choices.push({
      label: vscode.l10n.t('Remove the role annotation'),
      description: annotation,
      request: async () => ({ kind: 'remove-annotation', ...who, key: ROLE_ANNOTATION }),
    });
  if (associationId === undefined)
    choices.push({
      label: vscode.l10n.t('Create an association…'),
      request: async () => {
        const role = await askRole(annotation);
        return role === undefined ? undefined : { kind: 'create-association', ...who, roleArn: role };
      },
    });
  else {
    choices.push(
      {
        label: vscode.l10n.t('Change the role of the association…'),
        description: association?.roleArn ?? associationId,
        request: async () => {
          const role = await askRole(association?.roleArn);
          return role === undefined ? undefined : { kind: 'update-association', associationId, roleArn: role };
        },
      },
      {
        label: association?.disableSessionTags
          ? vscode.l10n.t('Enable the session tags of the association')
          : vscode.l10n.t('Disable the session tags of the association'),
        description: associationId,
        request: async () => ({
          kind: 'update-association',
          associationId,
          disableSessionTags: association?.disableSessionTags !== true,
        }),
      },
      {
        label: vscode.l10n.t('Delete the association'),
        description: associationId,
        request: async () => ({ kind: 'delete-association', associationId }),
      },
    );
  }
  if (roleArn !== undefined && cluster.trustPolicy(roleArn) !== undefined)
    choices.push({
      label: vscode.l10n.t('Put a trust policy…'),
      description: roleName(roleArn),
      detail: vscode.l10n.t('from the active editor, or a copy of the live one to edit first'),
      request: () => askTrustPolicy(roleArn, cluster),
    });
  for (const workload of workloadsOf(account))
    choices.push({
      label: vscode.l10n.t('Restart {0}', `${workload.kind} ${workload.name}`),
      description: vscode.l10n.t('so that its pods get what new pods get'),
      request: async () => ({ kind: 'restart', namespace, workload }),
    });
  return choices;
}

function workloadsOf(account: ServiceAccountIdentity): { readonly kind: RestartableKind; readonly name: string }[] {
  const owners = new Set(account.pods.list.flatMap(({ owner }) => owner ?? []));
  return [...owners].flatMap((owner) => {
    const found = /^(Deployment|StatefulSet|DaemonSet)\/(.+)$/.exec(owner);
    return found ? [{ kind: found[1] as RestartableKind, name: found[2]! }] : [];
  });
}

async function askRole(value: string | undefined): Promise<string | undefined> {
  const answer = await vscode.window.showInputBox({
    title: vscode.l10n.t('Which role?'),
    prompt: vscode.l10n.t('The ARN with its path'),
    value: value ?? '',
    placeHolder: 'arn:aws:iam::111122223333:role/NAME',
    validateInput: (text) =>
      ROLE_ARN.test(text.trim()) ? undefined : vscode.l10n.t("'{0}' is no role ARN", text.trim()),
  });
  return answer?.trim();
}

/** The active editor's policy; or the live one as a text to edit, where rules and quick fixes work as everywhere. */
async function askTrustPolicy(roleArn: string, cluster: LiveCluster): Promise<ChangeRequest | undefined> {
  const active = vscode.window.activeTextEditor?.document;
  const document = active && policyIn(active.getText());
  const fromEditor = vscode.l10n.t('The one in the active editor');
  const edit = vscode.l10n.t('Edit a copy of the live one first');
  const picked = await vscode.window.showQuickPick(
    [
      ...(document === undefined
        ? []
        : [{ label: fromEditor, description: vscode.workspace.asRelativePath(active!.uri) }]),
      { label: edit, description: vscode.l10n.t('then choose this again with the copy open') },
    ],
    { title: vscode.l10n.t('Which trust policy for {0}?', roleName(roleArn)) },
  );
  if (picked?.label === edit) {
    const copy = await vscode.workspace.openTextDocument({
      language: 'json',
      content: `${cluster.trustPolicy(roleArn) ?? ''}\n`,
    });
    await vscode.window.showTextDocument(copy);
  }
  return picked?.label === fromEditor && document !== undefined
    ? { kind: 'put-trust-policy', roleArn, document }
    : undefined;
}

/** The policy itself, or the one in what `aws iam get-role` prints. */
function policyIn(text: string): string | undefined {
  try {
    const value = JSON.parse(text) as {
      Statement?: unknown;
      Role?: { AssumeRolePolicyDocument?: unknown };
      AssumeRolePolicyDocument?: unknown;
    };
    const policy = value?.Statement
      ? value
      : (value?.Role?.AssumeRolePolicyDocument ?? value?.AssumeRolePolicyDocument);
    return typeof policy === 'object' && policy !== null ? JSON.stringify(policy) : undefined;
  } catch {
    // Some other text is open.
    return undefined;
  }
}
