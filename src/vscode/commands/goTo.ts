import * as vscode from 'vscode';
import type { Place } from '../../core/syntax/tree.js';
import type { Analyses } from '../analyses.js';

/** Opens the file of a place with the place selected; does nothing where the file is no longer known. */
export async function goTo(analyses: Analyses, place: Place | undefined): Promise<void> {
  const location = place && analyses.locationOf(place);
  if (location) await vscode.window.showTextDocument(location.uri, { selection: location.range, preview: true });
}
