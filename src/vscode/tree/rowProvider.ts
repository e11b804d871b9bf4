import * as vscode from 'vscode';
import { accessibleLabel, type Mark, type Row } from './row.js';

const icons: Readonly<Record<Mark, vscode.ThemeIcon>> = {
  ok: new vscode.ThemeIcon('pass-filled', new vscode.ThemeColor('testing.iconPassed')),
  error: new vscode.ThemeIcon('error', new vscode.ThemeColor('problemsErrorIcon.foreground')),
  warning: new vscode.ThemeIcon('warning', new vscode.ThemeColor('problemsWarningIcon.foreground')),
  unknown: new vscode.ThemeIcon('question', new vscode.ThemeColor('disabledForeground')),
  none: new vscode.ThemeIcon('circle-outline', new vscode.ThemeColor('disabledForeground')),
  pending: new vscode.ThemeIcon('loading~spin'),
  information: new vscode.ThemeIcon('info', new vscode.ThemeColor('problemsInfoIcon.foreground')),
  hint: new vscode.ThemeIcon('lightbulb'),
};

export function toTreeItem(row: Row): vscode.TreeItem {
  const state = !row.children
    ? vscode.TreeItemCollapsibleState.None
    : row.expanded
      ? vscode.TreeItemCollapsibleState.Expanded
      : vscode.TreeItemCollapsibleState.Collapsed;
  const item = new vscode.TreeItem(row.label, state);
  item.id = row.id;
  if (row.description !== undefined) item.description = row.description;
  if (row.tooltip !== undefined) item.tooltip = new vscode.MarkdownString(row.tooltip);
  const icon = row.icon ? new vscode.ThemeIcon(row.icon) : row.mark && icons[row.mark];
  if (icon) item.iconPath = icon;
  item.accessibilityInformation = { label: accessibleLabel(row) };
  if (row.capabilities) item.contextValue = row.capabilities.join(' ');
  if (row.command) item.command = { ...row.command, arguments: [...(row.command.arguments ?? [])] };
  return item;
}
