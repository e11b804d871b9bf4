import { describe, expect, test } from 'vitest';
import { joinPath } from '../../src/core/workspace/paths.js';
import { folderOfName, folderPrefixes } from '../../src/vscode/folderNames.js';

const folder = (path: string, name = path.slice(path.lastIndexOf('/') + 1), scheme = 'file', authority = '') => ({
  name,
  uri: { scheme, authority, path },
});

describe("folders' names", () => {
  test('are not said where there is only one', () => {
    expect(folderPrefixes([folder('/home/me/app')])).toEqual(['']);
    expect(folderPrefixes([])).toEqual([]);
  });
  test('are their own where they lie side by side', () => {
    expect(folderPrefixes([folder('/home/me/app'), folder('/home/me/infra', 'Infrastructure')])).toEqual([
      'app/',
      'infra/',
    ]);
  });
  test('differ where the folders have one name', () => {
    expect(folderPrefixes([folder('/home/me/a/app'), folder('/home/me/b/app')])).toEqual(['a/app/', 'b/app/']);
    expect(
      folderPrefixes([folder('/one', 'app', 'vscode-vfs', 'github'), folder('/two', 'app'), folder('/c', 'app')]),
    ).toEqual(['app/', 'app (2)/', 'app (3)/']);
  });
  test('hold a folder within another one', () => {
    expect(folderPrefixes([folder('/home/me/app'), folder('/home/me/app/charts')])).toEqual(['app/', 'app/charts/']);
  });
  test('let paths lead from one into the other', () => {
    const folders = [folder('/home/me/clusters/prod'), folder('/home/me/apps/cart')];
    const [prod] = folderPrefixes(folders);
    const named = joinPath(`${prod}overlay`, '../../../apps/cart/base');
    expect(folderOfName(folders, named)).toEqual({ folder: folders[1], path: 'base' });
  });
  test('lead back to the folder, the inner one first', () => {
    const folders = [folder('/home/me/app'), folder('/home/me/app/charts')];
    expect(folderOfName(folders, 'app/main.tf')).toEqual({ folder: folders[0], path: 'main.tf' });
    expect(folderOfName(folders, 'app/charts/a/values.yaml')).toEqual({ folder: folders[1], path: 'a/values.yaml' });
    expect(folderOfName(folders, 'other/main.tf')).toBeUndefined();
    expect(folderOfName([folders[0]!], 'main.tf')).toEqual({ folder: folders[0], path: 'main.tf' });
  });
});
