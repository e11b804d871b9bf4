import * as vscode from 'vscode';
import type { Role, TrustPolicy } from '../../core/facts/model.js';
import { isNamespaceName, isServiceAccountName } from '../../core/iam/names.js';
import { accountLabelOf } from '../../core/refactorings/accountNames.js';
import { exactSubjects, policiesWithWildcards } from '../../core/refactorings/exactSubjects.js';
import { knownProviders, roleLabel, soleAccount, soleCluster } from '../../core/refactorings/facts.js';
import { generate, generatedFormats } from '../../core/refactorings/generate.js';
import { type Offer, offersAt } from '../../core/refactorings/offers.js';
import { isRefusal, type Outcome } from '../../core/refactorings/refactoring.js';
import { sharedRoles, splitRole } from '../../core/refactorings/splitRole.js';
import { podIdentityAccounts, providersFor, toIrsa } from '../../core/refactorings/toIrsa.js';
import { irsaAccounts, issuersFor, toPodIdentity } from '../../core/refactorings/toPodIdentity.js';
import { placeOf } from '../../core/syntax/tree.js';
import type { Account } from '../../core/workspace/workspace.js';
import type { Analyses } from '../analyses.js';
import type { ClustersView } from '../tree/clustersView.js';
import { RefactorPreview } from './refactorPreview.js';

/** A place of a code action: what stands there is looked up anew when it is chosen. */
interface At {
  readonly file: string;
  readonly offset: number;
}

/** The commands that change several files at once: they ask what they must know, and show the change before it is made. */
export class Refactorings implements vscode.Disposable {
  readonly #preview: RefactorPreview;
  readonly #registered: vscode.Disposable;

  constructor(
    private readonly analyses: Analyses,
    private readonly clusters: ClustersView,
    private readonly index: () => Promise<void>,
  ) {
    this.#preview = new RefactorPreview(analyses);
    this.#registered = register(this);
  }

  dispose(): void {
    this.#registered.dispose();
    this.#preview.dispose();
  }

  get #workspace() {
    return this.analyses.workspace.workspace();
  }

  async #ready(): Promise<void> {
    await this.index();
    this.analyses.updateOpen();
  }

  #offerAt<K extends Offer['kind']>(at: At | undefined, kind: K): Extract<Offer, { kind: K }> | undefined {
    const facts = at && this.analyses.workspace.factsOf(at.file);
    const offers = facts ? offersAt(this.#workspace, facts, at.file, at.offset) : [];
    return offers.find((offer): offer is Extract<Offer, { kind: K }> => offer.kind === kind);
  }

  async #apply(outcome: Outcome): Promise<void> {
    if (isRefusal(outcome)) {
      void vscode.window.showInformationMessage(vscode.l10n.t('Nothing was changed: {0}.', outcome.refused));
      return;
    }
    await this.#preview.confirm(outcome);
  }

  // ── mechanisms ───────────────────────────────────────────────────────────────────────────────────────────────────────

  async moveToPodIdentity(at: At | undefined): Promise<void> {
    await this.#ready();
    const title = vscode.l10n.t('Move service accounts to EKS Pod Identity');
    const none = vscode.l10n.t('No service account of the files uses IRSA alone.');
    const accounts =
      this.#offerAt(at, 'to-pod-identity')?.accounts ?? (await askAccounts(title, irsaAccounts(this.#workspace), none));
    if (!accounts) return;
    const issuers = new Set(accounts.flatMap((account) => issuersFor(this.#workspace, account)));
    const issuer = issuers.size > 1 ? await this.#askIssuer(title, [...issuers]) : undefined;
    if (issuers.size > 1 && issuer === undefined) return;
    const [only] = issuers;
    const cluster = await this.#askCluster(title, issuer ?? only);
    if (cluster === undefined) return;
    await this.#apply(
      toPodIdentity(this.#workspace, accounts, {
        ...(issuer === undefined ? {} : { issuer }),
        ...(cluster === '' ? {} : { cluster }),
      }),
    );
  }

  async moveToIrsa(at: At | undefined): Promise<void> {
    await this.#ready();
    const title = vscode.l10n.t('Move service accounts to IRSA');
    const none = vscode.l10n.t('No service account of the files uses Pod Identity alone.');
    const accounts =
      this.#offerAt(at, 'to-irsa')?.accounts ?? (await askAccounts(title, podIdentityAccounts(this.#workspace), none));
    if (!accounts) return;
    const known = new Set(
      accounts.flatMap((account) => providersFor(this.#workspace, account).map(({ issuer }) => issuer)),
    );
    for (const { issuer } of this.#snapshots()) if (issuer !== undefined) known.add(issuer);
    const issuer = known.size > 1 ? await this.#askIssuer(title, [...known]) : [...known][0];
    if (known.size > 1 && issuer === undefined) return;
    await this.#apply(
      toIrsa(
        this.#workspace,
        accounts,
        issuer === undefined || known.size === 1 ? live(issuer, this.#snapshots()) : { issuer },
      ),
    );
  }

  #snapshots() {
    return this.clusters.openConnections().flatMap(({ snapshot }) => (snapshot ? [snapshot] : []));
  }

  async #askIssuer(title: string, issuers: readonly string[]): Promise<string | undefined> {
    const snapshots = this.#snapshots();
    const items = issuers.map((issuer) => ({
      label: issuer,
      description: snapshots.find((snapshot) => snapshot.issuer === issuer)?.name ?? '',
    }));
    const chosen = await vscode.window.showQuickPick(items, {
      title,
      placeHolder: vscode.l10n.t('Which cluster is it?'),
      matchOnDescription: true,
    });
    return chosen?.label;
  }

  /** @returns empty where it is left open, undefined where the whole is cancelled */
  async #askCluster(title: string, issuer: string | undefined): Promise<string | undefined> {
    const connected = this.#snapshots().find((snapshot) => issuer !== undefined && snapshot.issuer === issuer);
    const known = connected?.name ?? soleCluster(this.#workspace);
    if (known !== undefined) return known;
    // The one that is looked at is most likely meant, but nothing says that it is.
    const open = new Set(this.#snapshots().flatMap(({ kind, name }) => (kind === 'eks' ? [name] : [])));
    return vscode.window.showInputBox({
      title,
      value: open.size === 1 ? [...open][0]! : '',
      prompt: vscode.l10n.t('Name of the EKS cluster; empty: the files say it, or it is left to be filled in'),
      validateInput: (value) =>
        value === '' || /^[0-9A-Za-z][A-Za-z0-9_-]{0,99}$/.test(value)
          ? undefined
          : vscode.l10n.t("'{0}' is no cluster name", value),
    });
  }

  // ── roles ────────────────────────────────────────────────────────────────────────────────────────────────────────────

  async splitRole(at: At | undefined): Promise<void> {
    await this.#ready();
    const role =
      this.#offerAt(at, 'split-role')?.role ??
      (await ask(
        vscode.l10n.t('Give each service account a role of its own'),
        sharedRoles(this.#workspace).map((value: Role) => ({
          label: roleLabel(value),
          description: placeOf(value.node).file,
          value,
        })),
        vscode.l10n.t('No role of the files is used by several service accounts.'),
      ));
    if (role) await this.#apply(splitRole(this.#workspace, role, this.analyses.workspace));
  }

  async listSubjects(at: At | undefined): Promise<void> {
    await this.#ready();
    const title = vscode.l10n.t('Replace the subject pattern by a list');
    const policy =
      this.#offerAt(at, 'exact-subjects')?.policy ??
      (await ask(
        title,
        policiesWithWildcards(this.#workspace).map((value: TrustPolicy) => ({
          label: value.role ? roleLabel(value.role) : placeOf(value.node).file,
          description: placeOf(value.node).file,
          value,
        })),
        vscode.l10n.t('No trust policy of the files lets service accounts in by a pattern.'),
      ));
    if (!policy) return;
    const snapshots = this.#snapshots().filter(({ complete, listed }) => complete && listed);
    const fromFiles = { label: vscode.l10n.t('Of the files'), description: '', value: undefined };
    const source =
      snapshots.length === 0
        ? fromFiles
        : await vscode.window.showQuickPick(
            [
              ...snapshots.map((snapshot) => ({
                label: snapshot.name,
                description: vscode.l10n.t('{0} service accounts', snapshot.serviceAccounts.length),
                value: snapshot,
              })),
              fromFiles,
            ],
            { title, placeHolder: vscode.l10n.t('Which service accounts?') },
          );
    if (!source) return;
    const running = source.value?.serviceAccounts.map(({ namespace, name, annotation }) => ({
      namespace,
      name,
      roleArn: annotation,
    }));
    const issuer = source.value?.issuer;
    await this.#apply(
      exactSubjects(this.#workspace, policy, {
        ...(running ? { running } : {}),
        ...(issuer === undefined ? {} : { issuer }),
      }),
    );
  }

  // ── new ──────────────────────────────────────────────────────────────────────────────────────────────────────────────

  async newServiceAccount(): Promise<void> {
    await this.#ready();
    const title = vscode.l10n.t('New service account with a role');
    const mechanism = await vscode.window.showQuickPick(
      [
        {
          label: 'EKS Pod Identity',
          detail: vscode.l10n.t('Linux on EC2; the role knows no cluster'),
          id: 'pod-identity' as const,
        },
        {
          label: 'IRSA',
          detail: vscode.l10n.t('Fargate, Windows and clusters outside of EKS too'),
          id: 'irsa' as const,
        },
      ],
      { title, placeHolder: vscode.l10n.t('How do the pods get the role?') },
    );
    const format =
      mechanism &&
      (await vscode.window.showQuickPick([...generatedFormats], {
        title,
        placeHolder: vscode.l10n.t('In which format?'),
      }));
    if (!format) return;
    const account = await vscode.window.showInputBox({
      title,
      prompt: vscode.l10n.t('Namespace and name, as in payments/api'),
      validateInput: (value) => {
        const [namespace = '', name = '', ...more] = value.split('/');
        return more.length === 0 && isNamespaceName(namespace) && isServiceAccountName(name)
          ? undefined
          : vscode.l10n.t('Namespace and name in small letters, digits and dashes, as in payments/api');
      },
    });
    if (!account) return;
    const [namespace, name] = account.split('/') as [string, string];
    const roleName = await vscode.window.showInputBox({
      title,
      prompt: vscode.l10n.t('Name of the role'),
      value: `${namespace}-${name}`.slice(0, 64),
      validateInput: (value) =>
        /^[\w+=,.@-]{1,64}$/.test(value) ? undefined : vscode.l10n.t("'{0}' is no name of a role", value),
    });
    if (!roleName) return;
    const [snapshot, ...others] = this.#snapshots();
    const sole = others.length === 0 ? snapshot : undefined;
    const providers = knownProviders(this.#workspace);
    const issuer = sole?.issuer ?? (providers.length === 1 ? providers[0]!.issuer : undefined);
    const outcome = generate(
      {
        mechanism: mechanism.id,
        namespace,
        name,
        roleName,
        account: sole?.account ?? soleAccount(this.#workspace),
        cluster: sole?.kind === 'eks' ? sole.name : soleCluster(this.#workspace),
        region: sole?.region,
        issuer,
      },
      format.format,
      this.#folder(),
    );
    await this.#apply(outcome);
  }

  /** Beside the file that is open, as the core names it. */
  #folder(): string {
    const uri = vscode.window.activeTextEditor?.document.uri;
    const file = uri && vscode.workspace.getWorkspaceFolder(uri) ? this.analyses.names.nameOf(uri) : '';
    return file.slice(0, file.lastIndexOf('/') + 1);
  }
}

function register(refactorings: Refactorings): vscode.Disposable {
  const commands: Record<string, (at?: unknown) => unknown> = {
    'podIam.moveToPodIdentity': (at) => refactorings.moveToPodIdentity(placeIn(at)),
    'podIam.moveToIrsa': (at) => refactorings.moveToIrsa(placeIn(at)),
    'podIam.splitRole': (at) => refactorings.splitRole(placeIn(at)),
    'podIam.listSubjects': (at) => refactorings.listSubjects(placeIn(at)),
    'podIam.newServiceAccount': () => refactorings.newServiceAccount(),
  };
  return vscode.Disposable.from(
    ...Object.entries(commands).map(([id, run]) => vscode.commands.registerCommand(id, run)),
  );
}

function placeIn(at: unknown): At | undefined {
  return typeof at === 'object' && at !== null && 'file' in at && 'offset' in at ? (at as At) : undefined;
}

/** The only issuer there is need not be repeated, unless only the cluster tells it. */
function live(issuer: string | undefined, snapshots: readonly { readonly issuer?: string }[]): { issuer?: string } {
  return issuer !== undefined && snapshots.some((snapshot) => snapshot.issuer === issuer) ? { issuer } : {};
}

async function askAccounts(
  title: string,
  accounts: readonly Account[],
  none: string,
): Promise<readonly Account[] | undefined> {
  if (accounts.length === 0) {
    void vscode.window.showInformationMessage(none);
    return undefined;
  }
  const items = accounts.map((account) => ({
    label: accountLabelOf(account),
    description: placeOf(account.fact.node).file,
    account,
  }));
  const chosen = await vscode.window.showQuickPick(items, {
    title,
    placeHolder: vscode.l10n.t('Type to filter by name or folder'),
    matchOnDescription: true,
    canPickMany: true,
  });
  return chosen && chosen.length > 0 ? chosen.map(({ account }) => account) : undefined;
}

async function ask<T>(
  title: string,
  items: readonly (vscode.QuickPickItem & { readonly value: T })[],
  none: string,
): Promise<T | undefined> {
  if (items.length === 0) {
    void vscode.window.showInformationMessage(none);
    return undefined;
  }
  const chosen = await vscode.window.showQuickPick(items, { title, matchOnDescription: true });
  return chosen?.value;
}
